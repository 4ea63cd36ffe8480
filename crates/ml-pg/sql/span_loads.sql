-- The applied loads of a dataset within a span, whether a pipeline has taken them in or not, and the events that unloaded
-- one that it has taken in or held and not let go of.
-- $1: pipeline, $2: dataset, $3, $4: first and last number, $5, $6: ended at or after, and before, or NULL
SELECT load.load_id, load.source, load.rows_accepted, load.unloads
FROM meta.load AS load
WHERE
    load.dataset = $2
    AND (
        (
            load.state = 'applied'
            AND load.load_id BETWEEN $3 AND $4
            AND ($5::timestamptz IS NULL OR load.finished_at >= $5)
            AND ($6::timestamptz IS NULL OR load.finished_at < $6)
        )
        OR EXISTS (
            SELECT FROM meta.consumed
            WHERE
                consumed.pipeline = $1
                AND consumed.load_id = load.unloads
                AND consumed.state <> 'unloaded'
        )
    )
ORDER BY load.load_id

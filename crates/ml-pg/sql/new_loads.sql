-- The applied loads of some datasets that a pipeline has not taken in, the events that unloaded one that it has, and
-- the snapshot that they were found in: the next watermark, which must be taken in this very statement, or a load
-- that commits in between is lost.
-- $1: pipeline, $2: datasets, $4: name of the watermark,
-- $3: whether to ask meta.consumed alone (at start-up: transaction ids do not survive a restore)
WITH seen AS (
    SELECT seen AS snapshot
    FROM meta.watermark
    WHERE pipeline = $4 AND NOT $3::boolean
),

new AS (
    SELECT load.load_id, load.source, load.rows_accepted, load.unloads
    FROM meta.load
    WHERE
        load.dataset = ANY($2::text[])
        AND (
            load.state = 'applied'
            OR EXISTS (
                SELECT FROM meta.consumed
                WHERE
                    consumed.pipeline = $1
                    AND consumed.load_id = load.unloads
                    AND consumed.state <> 'unloaded'
            )
        )
        AND NOT EXISTS (
            SELECT FROM seen
            WHERE load.xid < pg_snapshot_xmin(seen.snapshot) OR pg_visible_in_snapshot(load.xid, seen.snapshot)
        )
        AND NOT EXISTS (
            SELECT FROM meta.consumed
            WHERE consumed.pipeline = $1 AND consumed.load_id = load.load_id
        )
)

SELECT
    pg_current_snapshot()::text AS snapshot,
    coalesce(array_agg(load_id ORDER BY load_id), '{}') AS loads,
    coalesce(array_agg(source ORDER BY load_id), '{}') AS sources,
    coalesce(array_agg(rows_accepted ORDER BY load_id), '{}') AS rows,
    coalesce(array_agg(unloads ORDER BY load_id), '{}') AS unloads
FROM new

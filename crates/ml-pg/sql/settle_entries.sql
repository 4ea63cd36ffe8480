-- Leaves one entry of the quarantine to be decided for each record that was judged anew. An entry that nobody had decided
-- gives way to the new judgement. Where somebody had, that stands, and the new entry gives way; but what was put right
-- and is not held back any more is not to be replayed beside itself.
-- $1: load that judged anew, $2: loads that brought the records in, $3: dataset they were judged for
WITH old AS (
    SELECT
        held.load_id,
        held.origin_load,
        held.record_no,
        held.state,
        row_number() OVER (PARTITION BY held.origin_load, held.record_no ORDER BY held.load_id DESC) = 1 AS is_latest,
        EXISTS (
            SELECT FROM meta.quarantine AS again
            WHERE
                again.load_id = $1
                AND again.origin_load = held.origin_load
                AND again.record_no = held.record_no
        ) AS is_held
    FROM meta.lineage
    JOIN meta.load AS judged ON judged.load_id = lineage.load_id
    JOIN meta.quarantine AS held ON held.load_id = lineage.load_id AND held.origin_load = lineage.input_load
    WHERE
        lineage.input_load = ANY($2::bigint[])
        AND lineage.load_id <> $1
        AND judged.dataset = $3
        AND judged.state = 'applied'
),

closed AS (
    SELECT load_id, origin_load, record_no, 'judged anew by load ' || $1::bigint AS reason
    FROM old
    WHERE state = 'open' OR (state = 'fixed' AND NOT is_held)
    UNION ALL
    SELECT $1, origin_load, record_no, 'decided as an entry of load ' || load_id
    FROM old
    WHERE is_latest AND is_held AND state <> 'open'
)

UPDATE meta.quarantine AS held
SET
    state = 'discarded',
    decided_by = session_user,
    decided_at = clock_timestamp(),
    discard_reason = closed.reason
FROM closed
WHERE
    held.load_id = closed.load_id
    AND held.origin_load = closed.origin_load
    AND held.record_no = closed.record_no

-- What standardisers changed in a record on its way into a dataset, the last time it was taken in. Reads only.
-- $1: dataset, $2: load that brought the record in, $3: its number
SELECT column_name, standardiser, old_text, new_text
FROM meta.change
WHERE
    dataset = $1 AND load_id = $2 AND record_no = $3
    AND recorded_at = (
        SELECT max(recorded_at)
        FROM meta.change
        WHERE dataset = $1 AND load_id = $2 AND record_no = $3
    )
ORDER BY step

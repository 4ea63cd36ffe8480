-- The next records of a dataset that were put right, as many as fit and one at least: those of loads whose good
-- records are in. What silver held back comes again through bronze, so the dataset is that of the origin.
-- $1: dataset, $2: how many records at most, $3: how many bytes at most
WITH fixed AS (
    SELECT
        held.load_id,
        held.origin_load,
        held.record_no,
        held.decided_at,
        held.shape_load,
        held.fixed,
        sum(octet_length(held.fixed)) OVER (ORDER BY held.load_id, held.origin_load, held.record_no) AS bytes
    FROM meta.quarantine AS held
    JOIN meta.load AS judged ON judged.load_id = held.load_id
    JOIN meta.load AS origin ON origin.load_id = held.origin_load
    WHERE
        held.state = 'fixed'
        AND judged.state = 'applied'
        AND origin.state = 'applied'
        AND origin.dataset = $1
)

SELECT load_id, origin_load, record_no, decided_at, shape_load, fixed
FROM fixed
WHERE bytes <= $3 OR bytes = octet_length(fixed)
ORDER BY load_id, origin_load, record_no
LIMIT $2

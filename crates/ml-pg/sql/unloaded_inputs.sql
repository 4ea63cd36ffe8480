-- Those of some loads whose records a pipeline has taken in and not out again.
-- $1: pipeline, $2: loads
SELECT load_id
FROM meta.consumed
WHERE pipeline = $1 AND load_id = ANY($2::bigint[]) AND state = 'applied'
ORDER BY load_id

-- How the bytes of the records of loads are read.
-- $1: loads
SELECT load_id, source_shape::text
FROM meta.load
WHERE load_id = ANY($1::bigint[]) AND source_shape IS NOT NULL

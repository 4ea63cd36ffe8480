-- The records of one input that a load held back.
-- $1: load, $2: input
SELECT record_no
FROM meta.quarantine
WHERE load_id = $1 AND origin_load = $2

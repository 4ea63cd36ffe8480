-- What a load is, without its lock.
-- $1: load
SELECT dataset, source_sha256
FROM meta.load
WHERE load_id = $1

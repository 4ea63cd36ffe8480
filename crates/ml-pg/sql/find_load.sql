-- The load that brought in a content.
-- $1: dataset, $2: SHA-256
SELECT load_id
FROM meta.load
WHERE dataset = $1 AND source_sha256 = $2 AND state IN ('loading', 'applied')

-- Which plan a warehouse was last refreshed by, and by which load.
-- $1: warehouse
SELECT plan_sha256, refreshed_by
FROM meta.warehouse
WHERE warehouse = $1

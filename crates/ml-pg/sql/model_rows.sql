-- How many rows each model of a warehouse had after its last refresh. Reads only.
-- $1: warehouse
SELECT result.model, result.rows
FROM meta.warehouse AS held
JOIN meta.model_result AS result ON result.load_id = held.refreshed_by
WHERE held.warehouse = $1 AND result.rows IS NOT NULL

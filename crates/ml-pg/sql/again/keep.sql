-- Keeps those staged records as versions that are not there as they are.
INSERT INTO {versions} ({names}, "_load_id", "_record_no")
SELECT {names}, "_load_id", "_record_no"
FROM {increment} AS increment
WHERE NOT EXISTS (SELECT FROM {versions} AS held WHERE {identical})

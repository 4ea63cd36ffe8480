-- Keeps those staged records as versions that are not there as they are. What is nobody's is none.
INSERT INTO {versions} ({names}, "_load_id", "_record_no")
SELECT {names}, "_load_id", "_record_no"
FROM {increment} AS increment
WHERE
    increment."_load_id" <> 0
    AND NOT EXISTS (SELECT FROM {versions} AS held WHERE {identical})

-- Takes those staged records in that are not there as they are. A replay writes nothing.
-- $1: load
INSERT INTO {into} ({names}, "_load_id", "_record_no", "_changed_load")
SELECT {names}, "_load_id", "_record_no", $1
FROM {increment} AS increment
WHERE NOT EXISTS (SELECT FROM {into} AS held WHERE {identical} AND NOT held."_deleted")

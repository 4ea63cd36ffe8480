-- Takes every staged record in as a row of its own.
-- $1: load
INSERT INTO {into} ({names}, "_load_id", "_record_no", "_changed_load")
SELECT {names}, "_load_id", "_record_no", $1
FROM {increment}

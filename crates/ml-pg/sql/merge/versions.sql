-- Keeps every staged record as a version.
INSERT INTO {versions} ({names}, "_load_id", "_record_no")
SELECT {names}, "_load_id", "_record_no"
FROM {increment}

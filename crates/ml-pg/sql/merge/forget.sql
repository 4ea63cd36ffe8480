-- Takes the versions out that came from loads which were taken out, and stages them for the histories they leave.
-- $1: loads
WITH gone AS (
    DELETE FROM {versions}
    WHERE "_load_id" = ANY($1)
    RETURNING {names}, "_load_id", "_record_no"
)

INSERT INTO {increment} ({names}, "_load_id", "_record_no")
SELECT {names}, "_load_id", "_record_no"
FROM gone

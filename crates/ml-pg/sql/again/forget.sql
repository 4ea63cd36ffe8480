-- Takes the versions out that came from loads which are gone, and are not staged; stages them as nobody's, for the
-- histories they leave.
-- $2: loads
WITH gone AS (
    DELETE FROM {versions} AS held
    WHERE
        held."_load_id" = ANY($2)
        AND NOT EXISTS (SELECT FROM {increment} AS increment WHERE {identical})
    RETURNING {names}
)

INSERT INTO {increment} ({names}, "_load_id", "_record_no")
SELECT {names}, 0, 0
FROM gone

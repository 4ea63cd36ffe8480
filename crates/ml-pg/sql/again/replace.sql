-- Puts the winner among the staged records of each thing over what stands there, if that came from a load which is gone
-- or loses. What is as it should be is not even locked. A replay writes nothing.
-- $1: load, $2: loads that are gone
WITH winner AS (
    SELECT DISTINCT ON ({grain}) *
    FROM {increment} AS increment
    ORDER BY {grain}, {order}
),

differing AS (
    SELECT increment.*
    FROM winner AS increment
    WHERE NOT EXISTS (SELECT FROM {into} AS held WHERE {identical} AND held."_deleted" = {gone})
)

INSERT INTO {into} AS held ({names}, "_load_id", "_record_no", "_changed_load", "_deleted")
SELECT {names}, "_load_id", "_record_no", $1, {gone}
FROM differing
ON CONFLICT ({grain}) DO UPDATE
SET
    {set},
    "_load_id" = excluded."_load_id",
    "_record_no" = excluded."_record_no",
    "_deleted" = excluded."_deleted",
    "_changed_load" = CASE
        WHEN ROW({new}, excluded."_deleted") IS DISTINCT FROM ROW({old}, held."_deleted") THEN $1
        ELSE held."_changed_load"
    END
WHERE held."_load_id" = ANY($2) OR {beats}

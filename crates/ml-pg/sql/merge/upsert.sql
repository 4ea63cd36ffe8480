-- Puts the winner among the staged records of each thing over what stands there, if it beats that. What stands there
-- takes the lineage of a winner with the same content, too: it is what a later record is to be compared with. Counts
-- how many have won. A replay changes nothing. {winners} are the winners, or those of them that differ from what stands there.
-- $1: load; {beats} may ask for more
WITH winner AS (
    SELECT DISTINCT ON ({grain}) *
    FROM {increment} AS increment
    ORDER BY {grain}, {order}
)

INSERT INTO {into} AS held ({names}, "_load_id", "_record_no", "_changed_load", "_deleted")
SELECT {names}, "_load_id", "_record_no", $1, {gone}
FROM {winners}
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
WHERE {beats}

-- Makes the histories of the things that are staged anew, of all their versions: the latest of each instant, of those
-- the ones that change something, and of those the spans. Spans that are no more are marked as deleted. Counts how many
-- spans were written. A replay writes nothing.
-- $1: load
WITH latest AS (
{latest}
),

compared AS (
    SELECT
        latest.*,
        {gone} AS "_gone",
        row_number() OVER history AS "_nth",
        lag({gone}) OVER history AS "_was_gone",
        lag({payload}) OVER history AS "_was"
    FROM latest
    WINDOW history AS (PARTITION BY {grain} ORDER BY {version})
),

changes AS (
    SELECT *
    FROM compared
    WHERE "_nth" = 1 OR "_gone" <> "_was_gone" OR (NOT "_gone" AND {payload} IS DISTINCT FROM "_was")
),

spans AS (
    SELECT changes.*, lead({version}) OVER history AS "valid_to"
    FROM changes
    WINDOW history AS (PARTITION BY {grain} ORDER BY {version})
),

fresh AS (
    SELECT *
    FROM spans
    WHERE NOT "_gone"
),

vanished AS (
    UPDATE {into} AS held
    SET "_deleted" = true, "_changed_load" = $1, "_load_id" = 0, "_record_no" = 0
    FROM (SELECT DISTINCT {grain} FROM {increment}) AS increment
    WHERE
        {same_held}
        AND NOT held."_deleted"
        AND NOT EXISTS (SELECT FROM fresh WHERE fresh.{version} = held."valid_from" AND {same_fresh})
),

-- What stands there as it is to be is left out here: a conflict would lock it, which is written. To the bit: 1.0 is not 1.00.
changed AS (
    SELECT fresh.*
    FROM fresh
    WHERE NOT EXISTS (
        SELECT
        FROM {into} AS held
        WHERE
            held."valid_from" = fresh.{version}
            AND {same_fresh}
            AND NOT held."_deleted"
            AND ROW({fresh}, fresh."valid_to", fresh."_load_id", fresh."_record_no")::record
            *= ROW({old}, held."valid_to", held."_load_id", held."_record_no")::record
    )
)

INSERT INTO {into} AS held ({names}, "valid_from", "valid_to", "_load_id", "_record_no", "_changed_load")
SELECT {names}, {version}, "valid_to", "_load_id", "_record_no", $1
FROM changed
ON CONFLICT ({grain}, "valid_from") DO UPDATE
SET
    {set},
    "valid_to" = excluded."valid_to",
    "_load_id" = excluded."_load_id",
    "_record_no" = excluded."_record_no",
    "_deleted" = false,
    "_changed_load" = CASE
        WHEN ROW({new}, excluded."valid_to", false) IS DISTINCT FROM ROW({old}, held."valid_to", held."_deleted") THEN $1
        ELSE held."_changed_load"
    END

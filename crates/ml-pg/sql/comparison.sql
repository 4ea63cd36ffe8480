-- The rows in which a table and one made beside it differ: how many there are of each kind, and some of them, in the
-- order of their lineage. Two rows are the same where they are so to the bit; without the casts the columns would be
-- compared one by one, and *= is an operator of whole rows.
-- $1: how many at most
WITH held AS (
    SELECT one.*, to_jsonb(ROW({one_key})) AS "_key"
    FROM {into} AS one
    WHERE
        -- no record stands behind those
        one."_load_id" <> 0
        AND NOT EXISTS (
            SELECT FROM {beside} AS other
            WHERE
                other."_load_id" = one."_load_id"
                AND other."_record_no" = one."_record_no"
                AND ROW({other})::record *= ROW({one})::record
        )
),

rebuilt AS (
    SELECT one.*, to_jsonb(ROW({one_key})) AS "_key"
    FROM {beside} AS one
    WHERE NOT EXISTS (
        SELECT FROM {into} AS other
        WHERE
            other."_load_id" = one."_load_id"
            AND other."_record_no" = one."_record_no"
            AND ROW({other})::record *= ROW({one})::record
    )
)

SELECT
    count(*) FILTER (WHERE held."_load_id" IS NULL) OVER () AS missing,
    count(*) FILTER (WHERE rebuilt."_load_id" IS NULL) OVER () AS extra,
    count(*) FILTER (WHERE held."_load_id" IS NOT NULL AND rebuilt."_load_id" IS NOT NULL) OVER () AS different,
    ARRAY[{key}]::text[] AS key,
    CASE
        WHEN held."_load_id" IS NULL OR rebuilt."_load_id" IS NULL THEN ARRAY[]::text[]
        ELSE array_remove(ARRAY[{columns}]::text[], NULL)
    END AS columns,
    held."_load_id" AS held_load,
    held."_record_no" AS held_record,
    rebuilt."_load_id" AS rebuilt_load,
    rebuilt."_record_no" AS rebuilt_record
FROM held
FULL JOIN rebuilt ON rebuilt."_key" = held."_key"
ORDER BY
    coalesce(held."_load_id", rebuilt."_load_id"),
    coalesce(held."_record_no", rebuilt."_record_no")
LIMIT $1

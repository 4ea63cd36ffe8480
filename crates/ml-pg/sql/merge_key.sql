-- Whether a table has the unique key that a merge is on, NULLs counted as values.
-- $1: schema, $2: table, $3: columns of the key
SELECT EXISTS (
    SELECT
    FROM pg_index AS key
    JOIN pg_class AS class ON class.oid = key.indrelid
    JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
    WHERE
        namespace.nspname = $1
        AND class.relname = $2
        AND key.indisunique
        AND key.indisvalid
        AND key.indimmediate
        AND key.indnullsnotdistinct
        AND key.indpred IS NULL
        AND key.indexprs IS NULL
        AND (
            SELECT array_agg(attname::text ORDER BY attname::text COLLATE "C")
            FROM pg_attribute
            WHERE attrelid = key.indrelid AND attnum = ANY(key.indkey[0:key.indnkeyatts - 1])
        ) = (SELECT array_agg(name ORDER BY name COLLATE "C") FROM unnest($3::text[]) AS grain (name))
)

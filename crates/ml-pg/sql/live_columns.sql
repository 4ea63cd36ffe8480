-- The columns of what can be read as a table, whoever made it, their types without length and precision.
-- $1: schema, $2: table
SELECT
    attribute.attname::text AS name,
    format_type(attribute.atttypid, NULL) AS type,
    attribute.attnotnull AS not_null,
    class.relkind IN ('r', 'p', 'm') AS is_stored
FROM pg_attribute AS attribute
JOIN pg_class AS class ON class.oid = attribute.attrelid
JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
WHERE
    namespace.nspname = $1
    AND class.relname = $2
    AND class.relkind IN ('r', 'p', 'm', 'v', 'f')
    AND attribute.attnum > 0
    AND NOT attribute.attisdropped
ORDER BY attribute.attnum

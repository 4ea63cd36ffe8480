-- The columns of a view as its readers have them, with their collations where those are not their types' own, and the
-- view's options, which replacing it would take away.
-- $1: schema, $2: view
SELECT
    attribute.attname::text AS name,
    format_type(attribute.atttypid, attribute.atttypmod) AS type,
    (
        SELECT format('%I.%I', home.nspname, own.collname)
        FROM pg_collation AS own
        JOIN pg_namespace AS home ON home.oid = own.collnamespace
        JOIN pg_type AS type ON type.oid = attribute.atttypid
        WHERE own.oid = attribute.attcollation AND own.oid <> type.typcollation
    ) AS collation,
    array_to_string(class.reloptions, ', ') AS options
FROM pg_attribute AS attribute
JOIN pg_class AS class ON class.oid = attribute.attrelid
JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
WHERE
    namespace.nspname = $1
    AND class.relname = $2
    AND class.relkind = 'v'
    AND attribute.attnum > 0
ORDER BY attribute.attnum

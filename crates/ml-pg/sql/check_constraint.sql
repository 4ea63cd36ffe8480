-- What a table has under the name of a constraint: no row without the table, NULLs without the constraint, no
-- condition where it is not a CHECK. $1: schema, $2: table, $3: name
SELECT
    held.oid IS NOT NULL AS is_there,
    CASE held.contype WHEN 'c' THEN pg_get_expr(held.conbin, held.conrelid) END AS condition,
    held.convalidated AS is_validated
FROM pg_class AS class
JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
LEFT JOIN pg_constraint AS held ON held.conrelid = class.oid AND held.conname = $3
WHERE
    namespace.nspname = $1
    AND class.relname = $2
    AND class.relkind IN ('r', 'p')

-- The quoted schema and the quoted name of a table. $1 text: the quoted name. Reads only.
SELECT format('%I', space.nspname), format('%I', relation.relname)
FROM pg_catalog.pg_class AS relation
JOIN pg_catalog.pg_namespace AS space ON space.oid = relation.relnamespace
WHERE relation.oid = $1::text::regclass

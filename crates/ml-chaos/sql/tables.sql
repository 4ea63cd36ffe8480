-- The tables of some schemas, by their quoted names. Partitions are counted with their parents.
-- $1 text[]: the schemas. Reads only.
SELECT format('%I.%I', space.nspname, relation.relname)
FROM pg_catalog.pg_class AS relation
JOIN pg_catalog.pg_namespace AS space ON space.oid = relation.relnamespace
WHERE
    space.nspname = ANY ($1::text[])
    AND relation.relkind IN ('r', 'p')
    AND NOT relation.relispartition
ORDER BY 1

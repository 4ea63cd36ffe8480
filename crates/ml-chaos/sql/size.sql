-- How many bytes the tables of some schemas take, with all that belongs to them.
-- $1 text[]: the schemas. Reads only.
SELECT coalesce(sum(pg_total_relation_size(relation.oid)), 0)::bigint
FROM pg_catalog.pg_class AS relation
JOIN pg_catalog.pg_namespace AS space ON space.oid = relation.relnamespace
WHERE space.nspname = ANY ($1::text[]) AND relation.relkind = 'r'

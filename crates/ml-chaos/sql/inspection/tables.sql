-- The tables whose rows bear where they came from: quoted name, name in the ledger, and whether loads land in it (or
-- else it is kept by increments). Versions beside a history are looked at with it.
-- Reads only.
WITH bearing AS (
    SELECT
        relation.oid,
        space.nspname,
        relation.relname,
        bool_or(attribute.attname = '_changed_load') AS is_kept
    FROM pg_catalog.pg_class AS relation
    JOIN pg_catalog.pg_namespace AS space ON space.oid = relation.relnamespace
    JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = relation.oid
    WHERE
        relation.relkind IN ('r', 'p')
        AND relation.relpersistence = 'p'
        AND attribute.attname IN ('_load_id', '_record_no', '_changed_load')
        AND NOT attribute.attisdropped
    GROUP BY relation.oid, space.nspname, relation.relname
    HAVING count(*) FILTER (WHERE attribute.attname <> '_changed_load') = 2
)

SELECT
    format('%I.%I', bearing.nspname, bearing.relname) AS quoted,
    format('%s.%s', bearing.nspname, bearing.relname) AS dataset,
    NOT bearing.is_kept AS is_landing
FROM bearing
WHERE NOT EXISTS (
    SELECT
    FROM bearing AS history
    WHERE history.nspname = bearing.nspname AND bearing.relname = history.relname || '_version'
)
ORDER BY 1

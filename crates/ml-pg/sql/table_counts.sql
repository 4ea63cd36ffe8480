-- What this session has done to tables and not reported yet, and what is dead in them, partitions together; a table that
-- is not there has done nothing. Reads only.
-- $1: schemas, $2: tables
SELECT
    coalesce(counted.inserted, 0)::bigint,
    coalesce(counted.updated, 0)::bigint,
    coalesce(counted.deleted, 0)::bigint,
    coalesce(counted.scanned, 0)::bigint,
    coalesce(counted.dead, 0)::bigint
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (schema, name, place)
LEFT JOIN pg_namespace AS layer ON layer.nspname = wanted.schema
LEFT JOIN pg_class AS held ON held.relnamespace = layer.oid AND held.relname = wanted.name
LEFT JOIN LATERAL (
    SELECT
        sum(done.n_tup_ins) AS inserted,
        sum(done.n_tup_upd) AS updated,
        sum(done.n_tup_del) AS deleted,
        sum(coalesce(done.seq_tup_read, 0) + coalesce(done.idx_tup_fetch, 0)) AS scanned,
        sum(pg_stat_get_dead_tuples(part.oid)) AS dead
    FROM (SELECT held.oid UNION ALL SELECT inhrelid FROM pg_inherits WHERE inhparent = held.oid) AS part (oid)
    -- the view goes through every table there is unless it is asked for one at a time
    LEFT JOIN LATERAL (SELECT * FROM pg_stat_xact_all_tables WHERE relid = part.oid) AS done ON true
) AS counted ON true
ORDER BY wanted.place

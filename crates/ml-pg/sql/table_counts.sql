-- What this session has done to tables and not reported yet, and what is dead in them; a table that is not there has done
-- nothing. Reads only.
-- $1: schemas, $2: tables
SELECT
    coalesce(done.n_tup_ins, 0),
    coalesce(done.n_tup_upd, 0),
    coalesce(done.n_tup_del, 0),
    coalesce(done.seq_tup_read, 0) + coalesce(done.idx_tup_fetch, 0),
    coalesce(pg_stat_get_dead_tuples(held.oid), 0)
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (schema, name, place)
LEFT JOIN pg_namespace AS layer ON layer.nspname = wanted.schema
LEFT JOIN pg_class AS held ON held.relnamespace = layer.oid AND held.relname = wanted.name
-- the view goes through every table there is unless it is asked for one at a time
LEFT JOIN LATERAL (SELECT * FROM pg_stat_xact_all_tables WHERE relid = held.oid) AS done ON true
ORDER BY wanted.place

-- Who holds the lock on one content of one dataset, and for how many milliseconds; no row once it was let go.
-- $1: key of the lock, of which pg_locks keeps the halves apart. Reads only.
SELECT
    held.pid,
    (extract(epoch FROM clock_timestamp() - session.xact_start) * 1000)::bigint
FROM pg_catalog.pg_locks AS held
LEFT JOIN pg_catalog.pg_stat_activity AS session USING (pid)
WHERE
    held.locktype = 'advisory'
    AND held.granted
    AND held.objsubid = 1
    AND held.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
    AND held.classid::bigint = (($1::bigint >> 32) & 4294967295)
    AND held.objid::bigint = ($1::bigint & 4294967295)

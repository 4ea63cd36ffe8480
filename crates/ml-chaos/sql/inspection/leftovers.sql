-- What somebody else has open in this database: sessions, prepared transactions, advisory locks, temporary tables.
-- Reads only.
SELECT format('session %s (%s) is %s since %s: %s', pid, application_name, state, state_change, left(query, 80))
FROM pg_catalog.pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
UNION ALL
SELECT format('transaction %s is prepared since %s', gid, prepared)
FROM pg_catalog.pg_prepared_xacts
WHERE database = current_database()
UNION ALL
SELECT format('session %s holds the advisory lock %s %s', pid, classid, objid)
FROM pg_catalog.pg_locks
WHERE
    locktype = 'advisory'
    AND pid <> pg_backend_pid()
    AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
UNION ALL
SELECT format('the temporary table %s is there', oid::regclass)
FROM pg_catalog.pg_class
WHERE relpersistence = 't' AND relkind = 'r' AND relnamespace <> pg_my_temp_schema()

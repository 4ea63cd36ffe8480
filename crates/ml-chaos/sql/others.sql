-- How many other sessions of clients this database has. Reads only.
SELECT count(*)
FROM pg_catalog.pg_stat_activity
WHERE
    datname = current_database()
    AND backend_type = 'client backend'
    AND pid <> pg_backend_pid()

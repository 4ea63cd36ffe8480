-- How many sessions of this database wait for a lock. Reads only.
SELECT count(*)
FROM pg_catalog.pg_stat_activity
WHERE
    datname = current_database()
    AND wait_event_type = 'Lock'

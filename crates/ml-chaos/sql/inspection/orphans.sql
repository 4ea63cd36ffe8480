-- Files of this database that belong to no relation. What was dropped is emptied at once and goes with the next checkpoint,
-- so that empty ones are none. Nobody else may be making relations meanwhile.
-- Reads only.
SELECT format('file %s of %s bytes belongs to no relation', path, size)
FROM (
    SELECT
        folder || '/' || name AS path,
        substring(name FROM '^(?:t[0-9]+_)?([0-9]+)')::oid AS node,
        (pg_stat_file(folder || '/' || name, true)).size AS size
    FROM (SELECT format('base/%s', oid) AS folder FROM pg_catalog.pg_database WHERE datname = current_database()) AS here
    CROSS JOIN LATERAL pg_ls_dir(folder, true, false) AS name
    WHERE name ~ '^(t[0-9]+_)?[0-9]+'
) AS files
WHERE
    size > 0
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_class WHERE pg_relation_filenode(oid) = node)
ORDER BY path

-- Whether this role may list files of the server: superusers may.
-- Reads only.
SELECT
    has_function_privilege('pg_catalog.pg_ls_dir(text, boolean, boolean)', 'EXECUTE')
    AND has_function_privilege('pg_catalog.pg_stat_file(text, boolean)', 'EXECUTE')

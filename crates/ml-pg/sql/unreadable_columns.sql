-- Which columns of the quarantine with bytes of records this role may not read, and its name.
SELECT string_agg(name, ', ' ORDER BY name DESC), current_user::text
FROM unnest(ARRAY['raw', 'fixed']) AS bytes (name)
WHERE NOT has_column_privilege('meta.quarantine', name, 'SELECT')

-- Says of a load that it was taken out again; it frees its content to be loaded once more.
-- $1: load, $2: reason
UPDATE meta.load
SET state = 'unloaded', unload_reason = $2, unloaded_by = session_user, unloaded_at = clock_timestamp()
WHERE load_id = $1

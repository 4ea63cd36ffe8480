-- Keeps how the bytes of a load's records are read, for those that come back from the quarantine.
-- $1: load, $2: JSON
UPDATE meta.load
SET source_shape = $2::text::jsonb
WHERE load_id = $1

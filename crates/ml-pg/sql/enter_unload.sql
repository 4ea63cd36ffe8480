-- Enters the event that takes a load out, for pipelines to see it as they see new loads.
-- $1: load
INSERT INTO meta.load (dataset, source, rule_set, state, unloads, finished_at)
SELECT dataset, source, rule_set, 'unload', load_id, clock_timestamp()
FROM meta.load
WHERE load_id = $1
RETURNING load_id, xid::text, started_at::text

-- Applied loads that replayed records which a load brought in or held back.
-- $1: load
SELECT DISTINCT replay.load_id
FROM meta.quarantine AS held
JOIN meta.load AS replay ON replay.load_id = held.replayed_by
WHERE (held.load_id = $1 OR held.origin_load = $1) AND replay.state = 'applied'
ORDER BY replay.load_id

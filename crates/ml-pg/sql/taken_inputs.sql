-- The inputs of one dataset that a pipeline has taken in and that are still there: each with when that was, which is
-- what rules about time called now, the load that did, and whether its quarantine keeps all it held back.
-- $1: pipeline, $2: dataset
SELECT consumed.load_id, taken.load_id, taken.started_at, taken.quarantine_kept = taken.rows_quarantined AS keeps_all
FROM meta.consumed
JOIN meta.load AS input ON input.load_id = consumed.load_id
JOIN meta.load AS taken ON taken.load_id = consumed.by_load
WHERE consumed.pipeline = $1 AND consumed.state = 'applied' AND input.state = 'applied' AND input.dataset = $2
ORDER BY consumed.load_id

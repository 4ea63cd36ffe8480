-- Where a load stands, locked until the transaction ends; and the event that unloaded it, if one did.
-- $1: load
SELECT state, (SELECT event.load_id FROM meta.load AS event WHERE event.unloads = load.load_id) AS event
FROM meta.load AS load
WHERE load_id = $1
FOR NO KEY UPDATE

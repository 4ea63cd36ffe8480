-- The records that lost against one, and why; each merge into the dataset has its own. Reads only.
-- $1: dataset, $2: load that brought the winner in, $3: its number
SELECT lost.origin_load, lost.record_no, lost.reason, origin.source
FROM meta.loser AS lost
JOIN meta.load AS merge ON merge.load_id = lost.load_id
JOIN meta.load AS origin ON origin.load_id = lost.origin_load
WHERE merge.dataset = $1 AND lost.winner_load = $2 AND lost.winner_record = $3
ORDER BY lost.load_id, lost.origin_load, lost.record_no

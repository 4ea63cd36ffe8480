-- The load that a record came in by, and where it stood in its source; a replayed one stood in the source of the load
-- that had held it back. Reads only.
-- $1: load, $2: number of the record
SELECT
    brought.dataset,
    coalesce(origin.source, brought.source) AS source,
    encode(coalesce(origin.source_sha256, brought.source_sha256), 'hex') AS sha256,
    brought.state,
    brought.finished_at,
    held.load_id AS held_by,
    held.origin_load,
    coalesce(held.record_no, $2) AS record_no,
    held.line_no,
    held.byte_offset
FROM meta.load AS brought
LEFT JOIN meta.quarantine AS held ON held.replayed_by = brought.load_id AND held.replayed_as = $2
LEFT JOIN meta.load AS origin ON origin.load_id = held.origin_load
WHERE brought.load_id = $1

-- Entries of the quarantine in the order of their keys; {raw} is the raw and the corrected bytes, or NULL twice.
-- $1: dataset that held them back, $2: load that did, $3: rule violated, $4: state, each NULL for any,
-- $5 to $7: load, origin and record number of the entry they come after, or NULL, $8: how many
SELECT
    held.load_id,
    held.origin_load,
    held.record_no,
    judged.dataset,
    origin.source,
    held.line_no,
    held.byte_offset,
    held.raw_length,
    held.violations::text,
    held.state,
    held.shape_load IS NULL AS is_row,
    held.decided_by,
    held.decided_at,
    held.discard_reason,
    held.replayed_by,
    held.replayed_as,
    judged.state = 'applied' AND origin.state = 'applied' AS is_of_applied,
    {raw}
FROM meta.quarantine AS held
JOIN meta.load AS judged ON judged.load_id = held.load_id
JOIN meta.load AS origin ON origin.load_id = held.origin_load
WHERE
    ($1::text IS NULL OR judged.dataset = $1)
    AND ($2::bigint IS NULL OR held.load_id = $2)
    AND ($3::text IS NULL OR held.violations @> jsonb_build_array(jsonb_build_object('rule', $3)))
    AND ($4::text IS NULL OR held.state = $4)
    AND (
        $5::bigint IS NULL
        OR (held.load_id, held.origin_load, held.record_no) > ($5, $6::bigint, $7::bigint)
    )
ORDER BY held.load_id, held.origin_load, held.record_no
LIMIT $8

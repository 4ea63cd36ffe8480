-- Entries of the quarantine that stand before the one before them.
-- Reads only.
SELECT format('load %s: record %s stands at byte %s, after one at byte %s', load_id, record_no, byte_offset, before)
FROM (
    SELECT
        load_id,
        record_no,
        byte_offset,
        lag(byte_offset) OVER (PARTITION BY load_id, origin_load ORDER BY record_no) AS before
    FROM meta.quarantine
    -- an entry that was put right stands in a source of its own
    WHERE shape_load IS NULL OR shape_load = load_id
) AS entries
WHERE byte_offset <= before
ORDER BY load_id, record_no

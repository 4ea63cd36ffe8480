-- Puts records of the quarantine right, once more if they were already; what is replayed or discarded stays so.
-- $1 to $3: their loads, origins and record numbers, $4: their bytes
UPDATE meta.quarantine AS held
SET state = 'fixed', fixed = correction.bytes, decided_by = session_user, decided_at = clock_timestamp()
FROM
    unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[])
        AS correction (load_id, origin_load, record_no, bytes),
    meta.load AS judged,
    meta.load AS origin
WHERE
    held.load_id = correction.load_id
    AND held.origin_load = correction.origin_load
    AND held.record_no = correction.record_no
    AND held.state IN ('open', 'fixed')
    AND judged.load_id = held.load_id
    AND judged.state = 'applied'
    AND origin.load_id = held.origin_load
    AND origin.state = 'applied'

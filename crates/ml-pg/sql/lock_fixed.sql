-- Locks those of some records of the quarantine that are still as they were read, and the loads they are of against
-- being unloaded; what another one has locked is left out, and so is what another one has replayed.
-- $1 to $3: their loads, origins and record numbers, $4: when they were put right
SELECT held.record_no
FROM meta.quarantine AS held
JOIN unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[])
    AS claimed (load_id, origin_load, record_no, decided_at)
    ON
        claimed.load_id = held.load_id
        AND claimed.origin_load = held.origin_load
        AND claimed.record_no = held.record_no
        AND claimed.decided_at = held.decided_at
JOIN meta.load AS judged ON judged.load_id = held.load_id
JOIN meta.load AS origin ON origin.load_id = held.origin_load
WHERE held.state = 'fixed' AND judged.state = 'applied' AND origin.state = 'applied'
FOR UPDATE OF held SKIP LOCKED
FOR SHARE OF judged, origin SKIP LOCKED

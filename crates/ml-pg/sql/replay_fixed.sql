-- Says of records of the quarantine that the records of a load, numbered in this order, have taken their place.
-- $1 to $3: their loads, origins and record numbers, $4: the load
UPDATE meta.quarantine AS held
SET state = 'replayed', replayed_by = $4, replayed_as = claimed.nth
FROM
    unnest($1::bigint[], $2::bigint[], $3::bigint[])
        WITH ORDINALITY AS claimed (load_id, origin_load, record_no, nth)
WHERE
    held.load_id = claimed.load_id
    AND held.origin_load = claimed.origin_load
    AND held.record_no = claimed.record_no
    AND held.state = 'fixed'

-- Enters why a load dropped records.
-- $1: load, $2: reasons, $3: how many records
INSERT INTO meta.drop_result (load_id, reason, records)
SELECT $1, reason, records
FROM unnest($2::text[], $3::bigint[]) AS result (reason, records)

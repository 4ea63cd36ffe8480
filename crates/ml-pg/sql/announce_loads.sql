-- Puts the loads that are new to a refresh where its steps look for them.
-- $1: loads
CREATE TEMPORARY TABLE ml_new_load ON COMMIT DROP AS
SELECT unnest($1::bigint[]) AS load_id

-- Enters which loads a load was made from.
-- $1: load, $2: input loads
INSERT INTO meta.lineage (load_id, input_load)
SELECT $1, input
FROM unnest($2::bigint[]) AS input

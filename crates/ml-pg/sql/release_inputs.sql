-- Releases unloaded inputs of a pipeline, taken in or held.
-- $1: pipeline, $2: input loads, $3: load that took them out
UPDATE meta.consumed
SET state = 'unloaded', released_by = $3
WHERE pipeline = $1 AND load_id = ANY($2::bigint[]) AND state <> 'unloaded'

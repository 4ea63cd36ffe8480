-- Forgets that a pipeline has taken loads in, or held them, and what standardisers changed in them on that way: they are
-- about to be taken in again.
-- $1: pipeline, $2: loads, $3: dataset they were taken into
WITH changes AS (
    DELETE FROM meta.change
    WHERE dataset = $3 AND load_id = ANY($2::bigint[])
)

DELETE FROM meta.consumed
WHERE pipeline = $1 AND load_id = ANY($2::bigint[])

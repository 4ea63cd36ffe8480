-- Marks loads as taken in by a pipeline. A second entry is refused by the primary key.
-- $1: pipeline, $2: input loads, $3: state, $4: load that took them in or refused them
INSERT INTO meta.consumed (pipeline, load_id, state, by_load)
SELECT $1, input, $3, $4
FROM unnest($2::bigint[]) AS input

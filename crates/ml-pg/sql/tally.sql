-- How many records the loads of a dataset held back, and what became of those that are kept.
-- $1: dataset
SELECT
    coalesce(sum(held), 0)::bigint,
    coalesce(sum(kept), 0)::bigint,
    coalesce(sum(open), 0)::bigint,
    coalesce(sum(fixed), 0)::bigint,
    coalesce(sum(replayed), 0)::bigint,
    coalesce(sum(discarded), 0)::bigint
FROM meta.v_quarantine_tally
WHERE dataset = $1 AND load_state <> 'unloaded'

-- Enters pairs of rows. One that is there with the same figures is not written again, and one that somebody has decided
-- or that was merged stays as it is.
-- $1: screening, $2: dataset, then one entry a pair: $3, $4: "_row_id" of the two, $5: score, $6: scores by column as
-- JSON, $7: blocks as JSON, $8: rule that says that the two are one, or NULL
INSERT INTO meta.duplicate_candidate AS held (
    screening, dataset, left_row, right_row, score, column_scores, blocks, state, merge_rule
)
SELECT
    $1,
    $2,
    found.left_row,
    found.right_row,
    found.score,
    found.column_scores::jsonb,
    ARRAY(SELECT jsonb_array_elements_text(found.blocks::jsonb)),
    CASE WHEN found.merge_rule IS NULL THEN 'open' ELSE 'merge' END,
    found.merge_rule
FROM unnest($3::bigint[], $4::bigint[], $5::double precision[], $6::text[], $7::text[], $8::text[])
    AS found (left_row, right_row, score, column_scores, blocks, merge_rule)
ON CONFLICT (screening, dataset, left_row, right_row) DO UPDATE
SET
    score = excluded.score,
    column_scores = excluded.column_scores,
    blocks = excluded.blocks,
    state = excluded.state,
    merge_rule = excluded.merge_rule
WHERE
    held.state IN ('open', 'merge')
    AND held.decided_at IS NULL
    AND ROW(held.score, held.column_scores, held.blocks, held.merge_rule)
    IS DISTINCT FROM ROW(excluded.score, excluded.column_scores, excluded.blocks, excluded.merge_rule)

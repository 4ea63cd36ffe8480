-- Takes out the pairs that are not found any more, but for those that somebody has decided or that were merged.
-- $1: screening, $2: dataset, $3, $4: "_row_id" of the pairs that are
DELETE FROM meta.duplicate_candidate AS held
WHERE
    held.screening = $1
    AND held.dataset = $2
    AND held.state IN ('open', 'merge')
    AND held.decided_at IS NULL
    AND NOT EXISTS (
        SELECT
        FROM unnest($3::bigint[], $4::bigint[]) AS found (left_row, right_row)
        WHERE found.left_row = held.left_row AND found.right_row = held.right_row
    )

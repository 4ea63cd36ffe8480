-- Says that two rows are not one thing; once more changes nothing but when. None is changed where the two are no
-- candidate or were merged.
-- $1: screening, $2: dataset, $3, $4: "_row_id" of the two
UPDATE meta.duplicate_candidate
SET state = 'rejected', decided_by = session_user, decided_at = clock_timestamp()
WHERE screening = $1 AND dataset = $2 AND left_row = $3 AND right_row = $4 AND state <> 'merged'

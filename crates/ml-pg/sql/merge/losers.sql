-- Records which staged records lost, why, and against which; counts them by reason. No more than 100,000 of a load are
-- kept, those that came first; the counts are exact.
-- $1: load
WITH lost AS (
    SELECT
        increment."_load_id" AS origin_load,
        increment."_record_no" AS record_no,
        {reason} AS reason,
        held."_load_id" AS winner_load,
        held."_record_no" AS winner_record
    FROM {increment} AS increment
    JOIN {winners} AS held ON {same}
    WHERE (increment."_load_id", increment."_record_no") <> (held."_load_id", held."_record_no")
),

kept AS (
    INSERT INTO meta.loser (load_id, origin_load, record_no, reason, winner_load, winner_record)
    SELECT $1, origin_load, record_no, reason, winner_load, winner_record
    FROM lost
    ORDER BY origin_load, record_no
    LIMIT 100000
)

SELECT reason, count(*) AS records
FROM lost
GROUP BY reason

-- Loads whose reasons for dropping records do not add up to the records that they dropped, or whose counts do not tile
-- what they read.
-- Reads only.
SELECT format(
    'load %s read %s, accepted %s, quarantined %s, dropped %s, and states %s reasons for dropping',
    load_id, rows_read, rows_accepted, rows_quarantined, rows_dropped, coalesce(stated.records, 0)
)
FROM meta.load
LEFT JOIN (
    SELECT load_id, sum(records) AS records
    FROM meta.drop_result
    GROUP BY load_id
) AS stated USING (load_id)
WHERE
    rows_read <> rows_accepted + rows_quarantined + rows_dropped
    OR coalesce(stated.records, 0) <> rows_dropped
ORDER BY load_id

-- Loads whose rows and entries of the quarantine are not the records 1, 2, 3 and so on that were read. Where records
-- were dropped, or are not all kept in the quarantine, the ledger cannot say.
-- {table}: its quoted name. $1 text: its name in the ledger. Reads only.
WITH whole AS (
    SELECT load_id, rows_read
    FROM meta.load
    WHERE
        dataset = $1::text
        AND state = 'applied'
        AND rows_dropped = 0
        AND quarantine_kept = rows_quarantined
        AND rows_read > 0
),

records AS (
    SELECT "_load_id" AS load_id, "_record_no" AS record_no
    FROM {table}
    UNION ALL
    SELECT load_id, record_no
    FROM meta.quarantine
)

SELECT format(
    '%s: load %s read %s records and has %s, %s of them different, from %s to %s',
    $1::text, load_id, rows_read, count(record_no), count(DISTINCT record_no), min(record_no), max(record_no)
)
FROM whole
LEFT JOIN records USING (load_id)
GROUP BY load_id, rows_read
HAVING
    count(record_no) <> rows_read
    OR count(DISTINCT record_no) <> rows_read
    OR min(record_no) <> 1
    OR max(record_no) <> rows_read
ORDER BY load_id

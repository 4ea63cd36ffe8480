-- Loads of a table that have another number of rows than the ledger says: none unless they are applied.
-- {table}: its quoted name. $1 text: its name in the ledger. Reads only.
SELECT format(
    '%s: load %s is %s and has %s rows of %s accepted',
    $1::text, load_id, coalesce(ledger.state, 'nowhere'), coalesce(stored.rows, 0), coalesce(ledger.rows_accepted, 0)
)
FROM (
    SELECT load_id, state, rows_accepted
    FROM meta.load
    WHERE dataset = $1::text
) AS ledger
FULL JOIN (
    SELECT "_load_id" AS load_id, count(*) AS rows
    FROM {table}
    GROUP BY "_load_id"
) AS stored USING (load_id)
WHERE
    ledger.state IS NULL
    OR coalesce(stored.rows, 0) <> CASE ledger.state WHEN 'applied' THEN ledger.rows_accepted ELSE 0 END
ORDER BY load_id

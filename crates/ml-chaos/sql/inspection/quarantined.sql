-- Loads that keep another number of entries in the quarantine than the ledger says, and entries of no load.
-- Reads only.
SELECT format(
    'load %s is %s and has %s entries in the quarantine of %s kept',
    load_id, coalesce(ledger.state, 'nowhere'), coalesce(entries.kept, 0), coalesce(ledger.quarantine_kept, 0)
)
FROM meta.load AS ledger
FULL JOIN (
    SELECT load_id, count(*) AS kept
    FROM meta.quarantine
    GROUP BY load_id
) AS entries USING (load_id)
WHERE
    ledger.state IS NULL
    OR (ledger.state IN ('applied', 'refused') AND coalesce(entries.kept, 0) <> ledger.quarantine_kept)
ORDER BY load_id

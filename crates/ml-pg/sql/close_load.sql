-- Closes a load in the ledger with its verdict and its counts; the table's constraints check them.
-- $1: load, $2: state, $3: reason or NULL, $4 to $7: read, accepted, quarantined, dropped, $8: kept in the quarantine
UPDATE meta.load
SET
    state = $2,
    reason = $3,
    rows_read = $4,
    rows_accepted = $5,
    rows_quarantined = $6,
    rows_dropped = $7,
    quarantine_kept = $8,
    finished_at = clock_timestamp()
WHERE load_id = $1

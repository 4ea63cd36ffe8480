-- Discards a record of the quarantine for good.
-- $1 to $3: its load, origin and record number, $4: reason
UPDATE meta.quarantine
SET state = 'discarded', discard_reason = $4, decided_by = session_user, decided_at = clock_timestamp()
WHERE load_id = $1 AND origin_load = $2 AND record_no = $3 AND state IN ('open', 'fixed')

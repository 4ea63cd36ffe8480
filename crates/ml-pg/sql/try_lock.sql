-- Takes the lock on one content of one dataset until the transaction ends, or answers false at once.
-- $1: key of the lock
SELECT pg_try_advisory_xact_lock($1)

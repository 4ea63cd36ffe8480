-- Waits for the lock on one target, until the transaction ends.
-- $1: key of the lock
SELECT pg_advisory_xact_lock($1)

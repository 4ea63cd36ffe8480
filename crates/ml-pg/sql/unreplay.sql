-- Gives records of the quarantine back that a load had replayed: they are to be replayed again.
-- $1: load
UPDATE meta.quarantine
SET state = 'fixed', replayed_by = NULL, replayed_as = NULL
WHERE replayed_by = $1

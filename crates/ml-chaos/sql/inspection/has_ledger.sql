-- Whether there is a ledger: before the first migration there is nothing to look at.
-- Reads only.
SELECT to_regclass('meta.load') IS NOT NULL

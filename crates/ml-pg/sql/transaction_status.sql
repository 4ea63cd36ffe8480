-- What became of a transaction whose COMMIT went unanswered.
-- $1: transaction id as text
SELECT pg_xact_status($1::text::xid8)

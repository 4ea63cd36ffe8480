-- Whether a load is in the ledger as the one that a transaction entered.
-- $1: load; $2: transaction id as text; $3: when it was entered, as text. Reads only.
SELECT EXISTS (
    SELECT
    FROM meta.load
    WHERE load_id = $1 AND xid = $2::text::xid8 AND started_at = $3::text::timestamptz
)

-- Whether there is a ledger with all that is asked of it: before the migrations have run there is nothing to look at.
-- Reads only.
SELECT EXISTS (
    SELECT
    FROM pg_catalog.pg_attribute
    WHERE attrelid = to_regclass('meta.quarantine') AND attname = 'shape_load' AND NOT attisdropped
)

-- Summarises the pages that were filled since the last time in every BRIN index of a table; without a summary they
-- are read whenever the index is asked.
-- $1: name of the table, quoted
SELECT brin_summarize_new_values(index.indexrelid)
FROM pg_index AS index
JOIN pg_class AS class ON class.oid = index.indexrelid
JOIN pg_am AS method ON method.oid = class.relam
WHERE index.indrelid = to_regclass($1) AND method.amname = 'brin'

-- Records that are in a table more than once.
-- {table}: its quoted name. $1 text: its name in the ledger. Reads only.
SELECT format('%s: record %s of load %s is there %s times', $1::text, "_record_no", "_load_id", count(*))
FROM {table} AS record
WHERE "_load_id" <> 0 AND NOT coalesce((to_jsonb(record) ->> '_deleted')::boolean, false)
GROUP BY "_load_id", "_record_no"
HAVING count(*) > 1
ORDER BY "_load_id", "_record_no"

-- Other quantities in the 1 % of the lines that came last.
-- {load}: load
UPDATE silver.lines
SET quantity = quantity + 1, "_changed_load" = {load}, "_load_id" = {load}
WHERE "_row_id" > (SELECT max("_row_id") - count(*) / 100 FROM silver.lines)

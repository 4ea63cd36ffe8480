-- Other quantities in 1 % of the lines of every day.
-- {load}: load, {nth}: a number no other load has
UPDATE silver.lines
SET quantity = quantity + 1, "_changed_load" = {load}, "_load_id" = {load}
WHERE hashint8("_row_id" + {nth}) % 100 = 0

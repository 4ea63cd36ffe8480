-- Marks the rows as deleted that came from loads which were taken out: no record stands behind them any more.
-- $1: loads, $2: load that takes them out
UPDATE {into}
SET "_deleted" = true, "_changed_load" = $2, "_load_id" = 0, "_record_no" = 0
WHERE "_load_id" = ANY($1)

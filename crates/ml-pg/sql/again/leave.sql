-- Marks the rows as deleted that came from loads which are gone, and are not staged: no record stands behind them any more.
-- $1: load that takes them out, $2: loads
UPDATE {into} AS held
SET "_deleted" = true, "_changed_load" = $1, "_load_id" = 0, "_record_no" = 0
WHERE
    held."_load_id" = ANY($2)
    AND NOT EXISTS (SELECT FROM {increment} AS increment WHERE {identical})

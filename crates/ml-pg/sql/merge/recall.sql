-- Stages those rows too that were copied straight into the table, where a further record of their thing is staged: what
-- wins, and what has lost, is found among all of them.
INSERT INTO {increment} ({names}, "_load_id", "_record_no")
SELECT {old}, held."_load_id", held."_record_no"
FROM (SELECT DISTINCT {grain} FROM {increment}) AS increment
JOIN {into} AS held ON {same}

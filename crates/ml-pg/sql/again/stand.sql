-- Stages the spans as nobody's that stand there from loads which are gone: their histories are made anew even where no
-- version was left of them.
-- $2: loads
INSERT INTO {increment} ({names}, "_load_id", "_record_no")
SELECT {names}, 0, 0
FROM {into}
WHERE "_load_id" = ANY($2)

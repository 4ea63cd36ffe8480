-- The rules that judged a record on its way: those of the load that brought it in, and of the loads of a dataset that
-- took that one in. Reads only.
-- $1: load that brought it in, $2: dataset it was taken into
SELECT judged.dataset, result.rule, result.action, result.violations
FROM meta.load AS judged
JOIN meta.rule_result AS result ON result.load_id = judged.load_id
WHERE
    judged.load_id = $1
    OR judged.load_id IN (
        SELECT taken.by_load
        FROM meta.consumed AS taken
        JOIN meta.load AS by_load ON by_load.load_id = taken.by_load
        WHERE taken.load_id = $1 AND taken.state = 'applied' AND by_load.dataset = $2
    )
ORDER BY judged.load_id, result.rule

-- Purpose: how many records each rule holds back, layer by layer; refused loads included.
-- Grain: one layer and rule.
-- A replay reads only.
SELECT
    split_part(dataset, '.', 1) AS layer,
    rule,
    count(*) AS records
FROM meta.v_quarantine
GROUP BY layer, rule
ORDER BY layer, rule

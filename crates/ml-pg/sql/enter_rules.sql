-- Enters the scorecard of a load.
-- $1: load, $2: rules, $3: their actions, $4: their violations
INSERT INTO meta.rule_result (load_id, rule, action, violations)
SELECT $1, rule, action, violations
FROM unnest($2::text[], $3::text[], $4::bigint[]) AS result (rule, action, violations)

-- Enters the scorecard of a load.
-- $1: load, $2: rules, $3: their actions, $4: their dimensions, $5 and $6: the share and the number they tolerate, NULL
-- where they say nothing, $7: their violations
INSERT INTO meta.rule_result (load_id, rule, action, dimension, tolerance_share, tolerance_records, violations)
SELECT $1, rule, action, dimension, share, records, violations
FROM
    unnest($2::text[], $3::text[], $4::text[], $5::double precision[], $6::bigint[], $7::bigint[])
        AS result (rule, action, dimension, share, records, violations)

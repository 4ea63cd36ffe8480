-- What each rule is about and tolerates, and which rules judged each record held back.
-- A program of before this migration that goes on running fails to write a quarantine, and with it the load.

ALTER TABLE meta.rule_result
    -- NULL in loads of before this migration
    ADD COLUMN dimension text COLLATE "C"
    CHECK (dimension IN ('completeness', 'validity', 'uniqueness', 'consistency', 'timeliness', 'accuracy')),
    -- NULL where the rule alone refuses no load
    ADD COLUMN tolerance_share double precision,
    ADD COLUMN tolerance_records bigint CHECK (tolerance_records >= 0),
    ADD CONSTRAINT rule_result_tolerance_is_whole CHECK ((tolerance_share IS NULL) = (tolerance_records IS NULL));

ALTER TABLE meta.quarantine ADD COLUMN rule_set bytea CHECK (octet_length(rule_set) = 32);

UPDATE meta.quarantine AS held
SET rule_set = judged.rule_set
FROM meta.load AS judged
WHERE judged.load_id = held.load_id;

ALTER TABLE meta.quarantine ALTER COLUMN rule_set SET NOT NULL;

-- Grain: one violation of one record held back.
CREATE OR REPLACE VIEW meta.v_quarantine AS
SELECT
    held.load_id,
    judged.dataset,
    origin.source,
    held.record_no,
    held.line_no,
    held.byte_offset,
    violation ->> 'rule' AS rule,
    violation -> 'columns' AS columns,
    violation ->> 'expected' AS expected,
    violation ->> 'found' AS found,
    held.raw,
    judged.state AS load_state,
    encode(held.rule_set, 'hex') AS rule_set
FROM meta.quarantine AS held
JOIN meta.load AS judged ON judged.load_id = held.load_id
JOIN meta.load AS origin ON origin.load_id = held.origin_load
CROSS JOIN LATERAL jsonb_array_elements(held.violations) AS violation;

-- Grain: one dimension of one load.
CREATE VIEW meta.v_scorecard AS
SELECT
    judged.load_id,
    judged.dataset,
    judged.source,
    judged.state AS load_state,
    result.dimension,
    count(*) AS rules,
    sum(result.violations) AS violations,
    -- as Scorecard::score has it: NULL where nothing was read
    avg(1 - least(result.violations, judged.rows_read)::double precision / nullif(judged.rows_read, 0)) AS score
FROM meta.load AS judged
JOIN meta.rule_result AS result ON result.load_id = judged.load_id
WHERE result.dimension IS NOT NULL
GROUP BY judged.load_id, result.dimension;

COMMENT ON VIEW meta.v_scorecard IS 'The mean share of records that the rules about each dimension have nothing against.';

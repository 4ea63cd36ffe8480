-- A quarantine that closes: records held back are put right and replayed, or discarded. And loads that are taken out
-- again. A program of before this migration that goes on running writes entries as before, which are open; what is
-- unloaded it does not notice, and leaves to the next program that asks meta.consumed.

ALTER TABLE meta.load
    -- how the bytes of its records are read, in words of the feed alone; NULL where it said nothing
    ADD COLUMN source_shape jsonb,
    -- who took an applied load out again, when and why
    ADD COLUMN unloaded_by text COLLATE "C",
    ADD COLUMN unloaded_at timestamptz,
    ADD COLUMN unload_reason text CHECK (unload_reason <> ''),
    -- of the event that took a load out, which has a transaction of its own for pipelines to see: that load
    ADD COLUMN unloads bigint REFERENCES meta.load,
    DROP CONSTRAINT load_state_check,
    ADD CONSTRAINT load_state_check CHECK (state IN ('loading', 'applied', 'refused', 'unloaded', 'unload')),
    ADD CONSTRAINT load_unload_is_an_event CHECK ((state = 'unload') = (unloads IS NOT NULL)),
    ADD CONSTRAINT load_unloaded_by_somebody CHECK (
        (unloaded_at IS NULL) = (unload_reason IS NULL)
        AND (unloaded_at IS NULL) = (unloaded_by IS NULL)
        AND (unloaded_at IS NULL OR state = 'unloaded')
    );

CREATE UNIQUE INDEX load_unloaded_once ON meta.load (unloads) WHERE unloads IS NOT NULL;

ALTER TABLE meta.consumed
    -- the load of the pipeline that took an input out again which had been unloaded
    ADD COLUMN released_by bigint REFERENCES meta.load,
    DROP CONSTRAINT consumed_state_check,
    ADD CONSTRAINT consumed_state_check CHECK (state IN ('applied', 'held', 'unloaded')),
    ADD CONSTRAINT consumed_released_by_a_load CHECK ((state = 'unloaded') = (released_by IS NOT NULL));

ALTER TABLE meta.quarantine
    -- A load writes its entries beside itself, in one transaction, and loads are never deleted: the results of their
    -- rules refer to them. Asking for the load once an entry took a quarter of the time in which entries are written.
    DROP CONSTRAINT quarantine_load_id_fkey,
    ADD COLUMN state text COLLATE "C" NOT NULL DEFAULT 'open'
    CHECK (state IN ('open', 'fixed', 'replayed', 'discarded')),
    -- the load whose source_shape says how raw and fixed are read; NULL where they are the row as JSON by column name
    ADD COLUMN shape_load bigint,
    -- the record put right; personal as raw is: who may read the two is told apart by privileges on the columns
    ADD COLUMN fixed bytea,
    -- who put it right or discarded it, and when
    ADD COLUMN decided_by text COLLATE "C",
    ADD COLUMN decided_at timestamptz,
    ADD COLUMN discard_reason text CHECK (discard_reason <> ''),
    -- the load that replayed it, and as which of its records: a row, or an entry of the quarantine once more
    ADD COLUMN replayed_by bigint REFERENCES meta.load,
    ADD COLUMN replayed_as bigint CHECK (replayed_as > 0),
    ADD CONSTRAINT quarantine_open_is_untouched CHECK (state <> 'open' OR (fixed IS NULL AND decided_at IS NULL)),
    ADD CONSTRAINT quarantine_fixed_has_bytes CHECK (state NOT IN ('fixed', 'replayed') OR fixed IS NOT NULL),
    ADD CONSTRAINT quarantine_somebody_decides CHECK (
        (state = 'open') = (decided_at IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)
    ),
    ADD CONSTRAINT quarantine_discarded_for_a_reason CHECK ((state = 'discarded') = (discard_reason IS NOT NULL)),
    ADD CONSTRAINT quarantine_replayed_by_a_load CHECK (
        (state = 'replayed') = (replayed_by IS NOT NULL) AND (replayed_by IS NULL) = (replayed_as IS NULL)
    );

-- Each record of a load takes the place of one entry at most.
CREATE UNIQUE INDEX quarantine_once_replayed ON meta.quarantine (replayed_by, replayed_as) WHERE replayed_by IS NOT NULL;
CREATE INDEX quarantine_to_replay ON meta.quarantine (origin_load) WHERE state = 'fixed';

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
    encode(held.rule_set, 'hex') AS rule_set,
    held.origin_load,
    held.state,
    held.decided_by,
    held.decided_at,
    held.discard_reason,
    held.replayed_by,
    held.replayed_as
FROM meta.quarantine AS held
JOIN meta.load AS judged ON judged.load_id = held.load_id
JOIN meta.load AS origin ON origin.load_id = held.origin_load
CROSS JOIN LATERAL jsonb_array_elements(held.violations) AS violation;

-- Grain: one load that held records back.
CREATE VIEW meta.v_quarantine_tally AS
SELECT
    judged.load_id,
    judged.dataset,
    judged.source,
    judged.state AS load_state,
    -- exact, and how many of them are kept
    judged.rows_quarantined AS held,
    judged.quarantine_kept AS kept,
    count(*) FILTER (WHERE entry.state = 'open') AS open,
    count(*) FILTER (WHERE entry.state = 'fixed') AS fixed,
    count(*) FILTER (WHERE entry.state = 'replayed') AS replayed,
    count(*) FILTER (WHERE entry.state = 'discarded') AS discarded
FROM meta.load AS judged
LEFT JOIN meta.quarantine AS entry ON entry.load_id = judged.load_id
WHERE judged.rows_quarantined > 0
GROUP BY judged.load_id;

COMMENT ON VIEW meta.v_quarantine_tally IS 'How many records each load held back, exactly, and what became of those that are kept.';

-- What runs write about themselves.

-- Grain: one load, which is one transaction over one dataset.
CREATE TABLE meta.load (
    load_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    -- NULL where there was no content to take it of
    source_sha256 bytea CHECK (octet_length(source_sha256) = 32),
    rule_set bytea NOT NULL CHECK (octet_length(rule_set) = 32),
    state text COLLATE "C" NOT NULL DEFAULT 'loading' CHECK (state IN ('loading', 'applied', 'refused', 'unloaded')),
    reason text,
    supersedes bigint REFERENCES meta.load,
    rows_read bigint NOT NULL DEFAULT 0 CHECK (rows_read >= 0),
    rows_accepted bigint NOT NULL DEFAULT 0 CHECK (rows_accepted >= 0),
    rows_quarantined bigint NOT NULL DEFAULT 0 CHECK (rows_quarantined >= 0),
    rows_dropped bigint NOT NULL DEFAULT 0 CHECK (rows_dropped >= 0),
    -- how many quarantined records are kept; the count above is exact, this one may be capped
    quarantine_kept bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT load_conserves_rows CHECK (rows_read = rows_accepted + rows_quarantined + rows_dropped),
    CONSTRAINT load_keeps_what_it_counted CHECK (quarantine_kept BETWEEN 0 AND rows_quarantined),
    CONSTRAINT load_refused_for_a_reason CHECK ((state = 'refused') = (reason IS NOT NULL))
);

COMMENT ON TABLE meta.load IS 'The ledger: one row a load, refused ones included.';

-- Exactly once; a refused or unloaded content can be loaded again.
CREATE UNIQUE INDEX load_once ON meta.load (dataset, source_sha256) WHERE state IN ('loading', 'applied');
CREATE INDEX load_by_source ON meta.load (dataset, source);
CREATE INDEX load_by_xid ON meta.load (xid);

-- Grain: one rule or audit of one load.
CREATE TABLE meta.rule_result (
    load_id bigint NOT NULL REFERENCES meta.load,
    rule text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL CHECK (action IN ('warn', 'quarantine', 'abort')),
    violations bigint NOT NULL CHECK (violations >= 0),
    PRIMARY KEY (load_id, rule)
);

COMMENT ON TABLE meta.rule_result IS 'The scorecard: how often each rule was violated, 0 included.';

-- Grain: one reason for which one load dropped records.
CREATE TABLE meta.drop_result (
    load_id bigint NOT NULL REFERENCES meta.load,
    reason text COLLATE "C" NOT NULL,
    records bigint NOT NULL CHECK (records > 0),
    PRIMARY KEY (load_id, reason)
);

COMMENT ON TABLE meta.drop_result IS 'Records left out for a stated reason, counted apart from quality loss.';

-- Grain: one record that one load held back.
CREATE TABLE meta.quarantine (
    load_id bigint NOT NULL REFERENCES meta.load,
    -- the load that brought the record in: itself in bronze, a bronze load in silver
    origin_load bigint NOT NULL,
    record_no bigint NOT NULL,
    line_no bigint,
    byte_offset bigint,
    raw bytea,
    raw_length bigint NOT NULL,
    violations jsonb NOT NULL,
    PRIMARY KEY (load_id, origin_load, record_no)
);

COMMENT ON TABLE meta.quarantine IS 'Records held back: as received, where they stood, every reason.';

-- Grain: one input load of one pipeline.
CREATE TABLE meta.consumed (
    pipeline text COLLATE "C" NOT NULL,
    load_id bigint NOT NULL REFERENCES meta.load,
    -- held: the gate refused this input; it is left out until it is released
    state text COLLATE "C" NOT NULL CHECK (state IN ('applied', 'held')),
    -- the load of the pipeline that took it in, or refused it
    by_load bigint NOT NULL REFERENCES meta.load,
    PRIMARY KEY (pipeline, load_id)
);

COMMENT ON TABLE meta.consumed IS 'What each pipeline has taken in: the truth about progress.';

-- Grain: one pipeline.
CREATE TABLE meta.watermark (
    pipeline text COLLATE "C" PRIMARY KEY,
    seen pg_snapshot NOT NULL
);

COMMENT ON TABLE meta.watermark IS 'What each pipeline has seen, as a snapshot: makes finding new loads cheap.';

-- Grain: one input of one load.
CREATE TABLE meta.lineage (
    load_id bigint NOT NULL REFERENCES meta.load,
    input_load bigint NOT NULL REFERENCES meta.load,
    PRIMARY KEY (load_id, input_load)
);

COMMENT ON TABLE meta.lineage IS 'Which loads a load was made from.';

-- Grain: one installed warehouse.
CREATE TABLE meta.warehouse (
    warehouse text COLLATE "C" PRIMARY KEY,
    plan_sha256 bytea NOT NULL CHECK (octet_length(plan_sha256) = 32),
    refreshed_by bigint NOT NULL REFERENCES meta.load
);

COMMENT ON TABLE meta.warehouse IS 'Which plan each warehouse was last refreshed by.';

-- Grain: one violation of one record held back.
CREATE VIEW meta.v_quarantine AS
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
    judged.state AS load_state
FROM meta.quarantine AS held
JOIN meta.load AS judged ON judged.load_id = held.load_id
JOIN meta.load AS origin ON origin.load_id = held.origin_load
CROSS JOIN LATERAL jsonb_array_elements(held.violations) AS violation;

COMMENT ON VIEW meta.v_quarantine IS 'The quarantine for people: file, record, line, rule, expected, found.';

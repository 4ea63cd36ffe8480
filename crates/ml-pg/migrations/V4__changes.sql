-- What standardisers changed, where it was asked for.

-- Grain: one step of one standardiser in one cell.
CREATE TABLE meta.change (
    -- where the row went, and its "_load_id" and "_record_no" there; no foreign key, which would be asked for every cell
    dataset text COLLATE "C" NOT NULL,
    load_id bigint NOT NULL,
    record_no bigint NOT NULL,
    -- from 1, in the order in which the record's cells were changed
    step integer NOT NULL,
    column_name text COLLATE "C" NOT NULL,
    standardiser text COLLATE "C" NOT NULL,
    -- *** in personal columns
    old_text text NOT NULL,
    new_text text,
    -- tells apart the runs that took the same record into the same dataset
    recorded_at timestamptz NOT NULL DEFAULT transaction_timestamp()
);

COMMENT ON TABLE meta.change IS 'How standardisers changed cells on their way into a dataset.';

CREATE INDEX change_by_record ON meta.change (load_id, record_no);

-- Grain: one step of one standardiser in one cell.
CREATE VIEW meta.v_change AS
SELECT
    change.dataset,
    change.load_id,
    change.record_no,
    change.column_name,
    change.step,
    change.standardiser,
    change.old_text,
    change.new_text,
    origin.source,
    change.recorded_at
FROM meta.change AS change
JOIN meta.load AS origin ON origin.load_id = change.load_id;

COMMENT ON VIEW meta.v_change IS 'The history of a cell for people: join a row by dataset, _load_id and _record_no, order by recorded_at and step.';

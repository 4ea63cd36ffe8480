-- What each refresh did to each of its tables. A program of before this migration that goes on running writes none.

-- Grain: one table of one refresh.
CREATE TABLE meta.model_result (
    load_id bigint NOT NULL REFERENCES meta.load,
    -- a model by its name, a source by its schema and name
    model text COLLATE "C" NOT NULL,
    -- after the refresh; NULL of a source
    rows bigint CHECK (rows >= 0),
    rows_inserted bigint NOT NULL CHECK (rows_inserted >= 0),
    rows_updated bigint NOT NULL CHECK (rows_updated >= 0),
    rows_deleted bigint NOT NULL CHECK (rows_deleted >= 0),
    -- read by the whole refresh, checks included, by whatever access; what parallel workers read is not in it
    rows_scanned bigint NOT NULL CHECK (rows_scanned >= 0),
    -- what vacuum has to clean up after the refresh, as the server estimates it
    dead_tuples bigint NOT NULL CHECK (dead_tuples >= 0),
    -- of the steps that are about the model
    seconds double precision NOT NULL CHECK (seconds >= 0),
    PRIMARY KEY (load_id, model)
);

COMMENT ON TABLE meta.model_result IS 'How many rows of each table a refresh read and wrote, and how long it took.';

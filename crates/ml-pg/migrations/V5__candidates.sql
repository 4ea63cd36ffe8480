-- Pairs of rows that may be one thing. A program of before this migration takes no notice of them.

-- Grain: two rows of one table, as one screening pairs them.
CREATE TABLE meta.duplicate_candidate (
    screening text COLLATE "C" NOT NULL,
    dataset text COLLATE "C" NOT NULL,
    -- "_row_id" of the two; the one on the left stood first, and stays where the two are one
    left_row bigint NOT NULL,
    right_row bigint NOT NULL,
    score double precision NOT NULL CHECK (score BETWEEN 0 AND 1),
    -- by column, from 0 to 1; null where one of the two has no value
    column_scores jsonb NOT NULL,
    -- what the blocks that both are in were made by
    blocks text[] COLLATE "C" NOT NULL,
    -- merge: the two are to be one; merged: the right one was taken out; rejected: the two are not one
    state text COLLATE "C" NOT NULL CHECK (state IN ('open', 'merge', 'merged', 'rejected')),
    -- the rule that says that the two are one
    merge_rule text COLLATE "C",
    -- who decided without a rule or against it, and when
    decided_by text COLLATE "C",
    decided_at timestamptz,
    found_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    PRIMARY KEY (screening, dataset, left_row, right_row),
    CONSTRAINT duplicate_candidate_has_an_order CHECK (left_row < right_row),
    CONSTRAINT duplicate_candidate_somebody_decides CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CONSTRAINT duplicate_candidate_open_is_undecided CHECK (
        (state = 'open') = (merge_rule IS NULL AND decided_at IS NULL)
    ),
    CONSTRAINT duplicate_candidate_somebody_rejects CHECK (state <> 'rejected' OR decided_at IS NOT NULL)
);

COMMENT ON TABLE meta.duplicate_candidate IS 'Pairs of rows that may be one thing, with their scores and what becomes of them.';

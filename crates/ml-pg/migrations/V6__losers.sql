-- Which records lost, why, and against which. A program of before this migration that goes on running writes none.

-- Grain: one record that a merge left out.
CREATE TABLE meta.loser (
    -- the load of the merge
    load_id bigint NOT NULL REFERENCES meta.load,
    -- the load that brought the record in, and its number there
    origin_load bigint NOT NULL,
    record_no bigint NOT NULL,
    -- duplicate: the winner has the same content; older: another came later or is a higher version; tie: another of the
    -- same version has a greater content; later: another came first, and the first wins
    reason text COLLATE "C" NOT NULL CHECK (reason IN ('duplicate', 'older', 'tie', 'later')),
    -- the record that stood there when the merge was done
    winner_load bigint NOT NULL,
    winner_record bigint NOT NULL,
    PRIMARY KEY (load_id, origin_load, record_no)
);

COMMENT ON TABLE meta.loser IS
'Records that a merge left out, and why: at most 100,000 of a load, those that came first; meta.drop_result has the exact counts.';

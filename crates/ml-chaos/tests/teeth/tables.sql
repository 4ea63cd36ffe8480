-- The tables of the model: what it loads, holds back and refines, and what it knows of that.
CREATE SCHEMA teeth;

-- Grain: one content that was loaded.
CREATE TABLE teeth.load (
    load_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    content text NOT NULL UNIQUE,
    name text NOT NULL,
    accepted bigint NOT NULL DEFAULT 0,
    held bigint NOT NULL DEFAULT 0,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id()
);

-- Grain: one record of a file or a stream.
CREATE TABLE teeth.record (
    id bigint,
    version bigint,
    name text,
    amount numeric,
    -- NULL: of a stream
    load_id bigint
);

-- Grain: one record that was held back.
CREATE TABLE teeth.held (
    load_id bigint NOT NULL,
    number bigint NOT NULL,
    rule text NOT NULL
);

-- Grain: one stream, and how many of its records are there.
CREATE TABLE teeth.head (
    stream text PRIMARY KEY,
    pos bigint NOT NULL DEFAULT 0
);

-- Grain: one thing, in its highest version.
CREATE TABLE teeth.thing (
    id bigint PRIMARY KEY,
    version bigint NOT NULL,
    name text,
    amount numeric
);

-- Grain: the table of things: what it has seen of the loads.
CREATE TABLE teeth.watermark (seen pg_snapshot NOT NULL);
INSERT INTO teeth.watermark VALUES ('1:1:');

-- Moves a pipeline's watermark to what the statement that found its inputs had seen.
-- $1: pipeline, $2: snapshot as text
INSERT INTO meta.watermark (pipeline, seen)
VALUES ($1, $2::text::pg_snapshot)
ON CONFLICT (pipeline) DO UPDATE SET seen = excluded.seen

-- What else feeds a table, if anything does.
-- $1: table, $2: pipeline, $3: dataset that the pipeline reads
SELECT other.pipeline, input.dataset
FROM meta.consumed AS other
JOIN meta.load AS took ON took.load_id = other.by_load
JOIN meta.load AS input ON input.load_id = other.load_id
WHERE
    took.dataset = $1
    AND other.state = 'applied'
    AND (other.pipeline, input.dataset) <> ($2, $3)
LIMIT 1

-- What else feeds a table that loads were taken into, if anything does: there a pipeline cannot tell by itself what
-- wins without them. Warehouses are computed as a whole.
-- $1: loads, $2: the pipeline that took them in, NULL for any
SELECT took.dataset, other.pipeline, input.dataset
FROM meta.consumed AS own
JOIN meta.load AS brought ON brought.load_id = own.load_id
JOIN meta.load AS took ON took.load_id = own.by_load
JOIN meta.load AS beside ON beside.dataset = took.dataset
JOIN meta.consumed AS other ON other.by_load = beside.load_id
JOIN meta.load AS input ON input.load_id = other.load_id
WHERE
    own.load_id = ANY($1::bigint[])
    AND own.state = 'applied'
    AND ($2::text IS NULL OR own.pipeline = $2)
    AND other.state = 'applied'
    AND (other.pipeline, input.dataset) <> (own.pipeline, brought.dataset)
    AND NOT EXISTS (SELECT FROM meta.warehouse WHERE warehouse.warehouse = took.dataset)
LIMIT 1

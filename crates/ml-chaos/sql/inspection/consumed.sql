-- Inputs that are noted as taken in by a load that did not end so, or that were not there to be taken in; and warehouses
-- of a refresh that was not applied.
-- Reads only.
SELECT format(
    '%s has %s input %s (%s) by load %s (%s)',
    consumed.pipeline, consumed.state, input.load_id, input.state, taker.load_id, taker.state
)
FROM meta.consumed
JOIN meta.load AS input ON input.load_id = consumed.load_id
JOIN meta.load AS taker ON taker.load_id = consumed.by_load
WHERE
    input.state NOT IN ('applied', 'unloaded', 'unload')
    OR (consumed.state = 'applied' AND taker.state NOT IN ('applied', 'unloaded'))
    OR (consumed.state = 'held' AND taker.state <> 'refused')
UNION ALL
SELECT format('warehouse %s is of load %s (%s)', warehouse.warehouse, refresh.load_id, refresh.state)
FROM meta.warehouse
JOIN meta.load AS refresh ON refresh.load_id = warehouse.refreshed_by
WHERE refresh.state <> 'applied'

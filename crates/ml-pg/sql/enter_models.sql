-- Enters what a refresh did to its tables.
-- $1: load, $2: models, $3: rows or NULL, $4 to $6: rows inserted, updated and deleted, $7: rows scanned,
-- $8: dead tuples, $9: seconds
INSERT INTO meta.model_result (
    load_id, model, rows, rows_inserted, rows_updated, rows_deleted, rows_scanned, dead_tuples, seconds
)
SELECT $1, done.*
FROM
    unnest(
        $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::double precision[]
    ) AS done

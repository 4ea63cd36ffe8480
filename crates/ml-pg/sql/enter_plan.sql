-- Notes which plan a warehouse was refreshed by, and by which load.
-- $1: warehouse, $2: fingerprint of the plan, $3: load
INSERT INTO meta.warehouse (warehouse, plan_sha256, refreshed_by)
VALUES ($1, $2, $3)
ON CONFLICT (warehouse) DO UPDATE SET plan_sha256 = excluded.plan_sha256, refreshed_by = excluded.refreshed_by

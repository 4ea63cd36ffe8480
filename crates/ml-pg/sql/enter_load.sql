-- Enters a load into the ledger, unless its content is there. A replay inserts nothing and returns no row.
-- $1: dataset, $2: source, $3: SHA-256 or NULL, $4: fingerprint of the rules
INSERT INTO meta.load (dataset, source, source_sha256, rule_set, supersedes)
VALUES (
    $1, $2, $3, $4,
    (
        SELECT max(load_id)
        FROM meta.load
        WHERE dataset = $1 AND source = $2 AND state = 'applied' AND $3::bytea IS NOT NULL
    )
)
ON CONFLICT (dataset, source_sha256) WHERE state IN ('loading', 'applied') DO NOTHING
RETURNING load_id, xid::text, started_at::text, supersedes

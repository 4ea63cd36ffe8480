-- Enters the content of a load that could be read only once, unless another load has brought it in. A replay changes
-- nothing and returns no row.
-- $1: load, $2: SHA-256
UPDATE meta.load AS this
SET
    source_sha256 = $2,
    supersedes = (
        SELECT max(known.load_id)
        FROM meta.load AS known
        WHERE known.dataset = this.dataset AND known.source = this.source AND known.state = 'applied'
    )
WHERE
    this.load_id = $1
    AND NOT EXISTS (
        SELECT
        FROM meta.load AS known
        WHERE
            known.dataset = this.dataset
            AND known.source_sha256 = $2
            AND known.state IN ('loading', 'applied')
            AND known.load_id <> this.load_id
    )
RETURNING this.supersedes

-- How many rows a table has, and the sum of their 128-bit hashes: a sum, since rows have no order.
-- {table}: its quoted name. $1 text[]: columns to leave out. Reads only.
SELECT
    format(
        '%s %s %s',
        count(*),
        coalesce(sum(('x' || left(hash, 16))::bit(64)::bigint::numeric), 0),
        coalesce(sum(('x' || right(hash, 16))::bit(64)::bigint::numeric), 0)
    )
FROM (
    SELECT md5((to_jsonb(record) - $1::text[])::text) AS hash
    FROM {table} AS record
    WHERE NOT coalesce((to_jsonb(record) ->> '_deleted')::boolean, false)
) AS records

-- 1 % more lines, of new orders of four on the ten days after the last one.
-- {load}: load, {nth}: a number no other load has
INSERT INTO silver.lines (
    order_id, line_no, customer_id, part_id, ordered_on, ship_mode, quantity, price, discount, "_load_id", "_record_no", "_changed_load"
)
SELECT
    100000000 + {nth} * 1000000 + n / 4,
    1 + n % 4,
    1 + (n / 4 * 7919) % (SELECT max(customer_id) FROM silver.customers),
    1 + (n * 104729) % (SELECT max(part_id) FROM silver.parts),
    (SELECT max(ordered_on) FROM silver.lines) + 1 + (n * 10 / rows.most)::integer,
    (ARRAY['AIR', 'MAIL', 'SHIP', 'TRUCK'])[1 + n % 4],
    1 + n % 50,
    900 + (n % 100000) / 100.0,
    (n % 11) / 100.0,
    {load},
    n,
    {load}
FROM (SELECT (count(*) / 100)::bigint AS most FROM silver.lines) AS rows
CROSS JOIN LATERAL generate_series(0, rows.most - 1) AS n

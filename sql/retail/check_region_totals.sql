-- Purpose: regions of which gold has another number of lines or another revenue than silver; none is right.
-- Grain: one region; what has none is in 'unknown'.
-- A replay reads only.
WITH expected AS (
    SELECT coalesce(region, 'unknown') AS region, count(*) AS lines, sum(quantity * unit_price) AS revenue
    FROM silver.sales
    WHERE NOT "_deleted"
    GROUP BY 1
),
found AS (
    SELECT region, sum(lines) AS lines, sum(amount) AS revenue
    FROM gold.agg_sales_by_region
    GROUP BY region
)
SELECT
    'region ' || region AS differs,
    expected.lines AS expected_lines,
    found.lines AS found_lines,
    expected.revenue AS expected_revenue,
    found.revenue AS found_revenue
FROM expected
FULL JOIN found USING (region)
WHERE ROW(expected.lines, expected.revenue) IS DISTINCT FROM ROW(found.lines, found.revenue)

-- Purpose: months of which gold has another number of lines or another revenue than silver; none is right.
-- Grain: one month.
-- A replay reads only.
WITH expected AS (
    SELECT date_trunc('month', invoice_date)::date AS month, count(*) AS lines, sum(quantity * unit_price) AS revenue
    FROM silver.sales
    WHERE NOT "_deleted"
    GROUP BY 1
),
found AS (
    SELECT month, lines, amount AS revenue
    FROM gold.agg_monthly_sales
)
SELECT
    'month ' || month::text AS differs,
    expected.lines AS expected_lines,
    found.lines AS found_lines,
    expected.revenue AS expected_revenue,
    found.revenue AS found_revenue
FROM expected
FULL JOIN found USING (month)
WHERE ROW(expected.lines, expected.revenue) IS DISTINCT FROM ROW(found.lines, found.revenue)

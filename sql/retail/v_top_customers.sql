-- Purpose: the hundred customers with the highest revenue, and their share of all of it.
-- Grain: one customer, in the country of today; sales stay in the revenue after a move.
-- A replay replaces the view.
WITH ranked AS (
    SELECT
        rank() OVER (ORDER BY amount DESC) AS rank,
        customer_id,
        invoices,
        amount AS revenue
    FROM gold.agg_sales_by_customer
    WHERE customer_id <> 'unknown'
),
total AS (
    SELECT sum(amount) AS revenue
    FROM gold.agg_sales_by_customer
)
SELECT
    ranked.rank,
    ranked.customer_id,
    present.country,
    ranked.invoices,
    ranked.revenue,
    round(ranked.revenue / nullif(total.revenue, 0), 6) AS share
FROM ranked
CROSS JOIN total
JOIN gold.dim_customer AS present ON present.customer_id = ranked.customer_id AND present.is_current
WHERE ranked.rank <= 100
ORDER BY ranked.rank, ranked.customer_id

-- Purpose: the hundred customers with the highest revenue, and their share of all of it.
-- Grain: one customer, in the country of today; sales stay in the revenue after a move.
-- A replay replaces the view.
WITH by_customer AS (
    SELECT
        customer.customer_id,
        count(DISTINCT sale.invoice_no) AS invoices,
        sum(sale.amount) AS revenue
    FROM gold.fct_sales AS sale
    JOIN gold.dim_customer AS customer ON customer.customer_key = sale.customer_key
    WHERE customer.customer_key <> -1
    GROUP BY customer.customer_id
),
total AS (
    SELECT sum(amount) AS revenue
    FROM gold.fct_sales
),
ranked AS (
    SELECT
        rank() OVER (ORDER BY by_customer.revenue DESC) AS rank,
        by_customer.customer_id,
        by_customer.invoices,
        by_customer.revenue,
        round(by_customer.revenue / nullif(total.revenue, 0), 6) AS share
    FROM by_customer
    CROSS JOIN total
)
SELECT
    ranked.rank,
    ranked.customer_id,
    present.country,
    ranked.invoices,
    ranked.revenue,
    ranked.share
FROM ranked
JOIN gold.dim_customer AS present ON present.customer_id = ranked.customer_id AND present.is_current
WHERE ranked.rank <= 100
ORDER BY ranked.rank, ranked.customer_id

-- Purpose: the whole business in one row, for the first tile of a dashboard.
-- Grain: one row.
-- A replay replaces the view.
WITH totals AS (
    SELECT
        count(*) AS rows,
        coalesce(sum(quantity), 0) AS quantity,
        coalesce(sum(amount), 0) AS revenue
    FROM gold.fct_sales
),
-- Hashed, and by several at once; a count of DISTINCT sorts.
invoices AS (
    SELECT count(*) AS invoices
    FROM (SELECT DISTINCT invoice_no FROM gold.fct_sales WHERE invoice_no IS NOT NULL) AS once
),
days AS (
    SELECT day, sum(amount) AS revenue
    FROM gold.agg_daily_sales_by_country
    GROUP BY day
),
best_day AS (
    SELECT day, revenue
    FROM days
    ORDER BY revenue DESC, day
    LIMIT 1
)
SELECT
    (SELECT min(day) FROM days) AS first_day,
    (SELECT max(day) FROM days) AS last_day,
    (SELECT count(*) FROM days) AS days,
    (SELECT count(*) FROM gold.dim_customer WHERE is_current AND customer_key <> -1) AS customers,
    (SELECT count(*) FROM gold.dim_product WHERE product_key <> -1) AS products,
    invoices.invoices,
    totals.rows,
    totals.quantity,
    totals.revenue,
    round(totals.revenue / nullif(invoices.invoices, 0), 2) AS average_basket,
    best_day.day AS best_day,
    best_day.revenue AS best_day_revenue
FROM totals
CROSS JOIN invoices
LEFT JOIN best_day ON true

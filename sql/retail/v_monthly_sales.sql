-- Purpose: how each month went, and how it compares with the month before it.
-- Grain: one month that has sales.
-- A replay replaces the view.
SELECT
    month,
    lines,
    invoices,
    customers,
    quantity,
    amount AS revenue,
    round(amount / nullif(invoices, 0), 2) AS average_basket,
    -- NULL where the month before has none to compare with
    round(
        amount / nullif(sum(amount) OVER (ORDER BY month RANGE BETWEEN '1 month' PRECEDING AND '1 month' PRECEDING), 0) - 1,
        4
    ) AS growth
FROM gold.agg_monthly_sales

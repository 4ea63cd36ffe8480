-- Purpose: the months, for the report.
-- Grain: one month.
-- A replay reads only.
SELECT
    to_char(month, 'YYYY-MM') AS month,
    lines::text,
    invoices::text,
    customers::text,
    round(revenue, 2)::text AS revenue,
    coalesce(round(growth * 100, 1) || ' %', '') AS growth
FROM gold.v_monthly_sales
ORDER BY v_monthly_sales.month

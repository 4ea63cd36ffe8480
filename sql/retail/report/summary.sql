-- Purpose: the executive summary, for the report.
-- Grain: one row.
-- A replay reads only.
SELECT
    coalesce(first_day::text, '') AS first_day,
    coalesce(last_day::text, '') AS last_day,
    customers::text,
    products::text,
    invoices::text,
    round(revenue, 2)::text AS revenue,
    coalesce(average_basket::text, '') AS basket,
    coalesce(best_day::text, '') AS best_day
FROM gold.v_executive_summary

-- Purpose: where the revenue comes from: regions, and the countries of each.
-- Grain: one region and country.
-- A replay replaces the view.
SELECT
    region,
    country,
    customers,
    invoices,
    lines,
    amount AS revenue,
    round(amount / nullif(sum(amount) OVER (PARTITION BY region), 0), 6) AS share_of_region,
    round(amount / nullif(sum(amount) OVER (), 0), 6) AS share_of_all,
    rank() OVER (ORDER BY amount DESC) AS rank
FROM gold.agg_sales_by_region

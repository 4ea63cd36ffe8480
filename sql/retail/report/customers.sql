-- Purpose: the customers who have been worth most, for the report.
-- Grain: one customer.
-- A replay reads only.
SELECT
    customer_id,
    country,
    segment,
    value_band,
    invoices::text,
    round(lifetime_value, 2)::text AS lifetime_value,
    value_per_month::text
FROM gold.v_customer_lifetime_value
ORDER BY v_customer_lifetime_value.lifetime_value DESC, customer_id
LIMIT 5

-- Purpose: facts that point to a member that is not there. Foreign keys forbid it; this also holds where there are none.
-- Grain: one fact.
-- A replay reads only.
SELECT 'fact ' || sale."_row_id"::text AS differs
FROM gold.fct_sales AS sale
LEFT JOIN gold.dim_customer AS customer ON customer.customer_key = sale.customer_key
LEFT JOIN gold.dim_product AS product ON product.product_key = sale.product_key
LEFT JOIN gold.dim_region AS region ON region.region_key = sale.region_key
LEFT JOIN gold.dim_date AS date ON date.date_key = sale.date_key
WHERE
    customer.customer_key IS NULL
    OR product.product_key IS NULL
    OR region.region_key IS NULL
    OR date.date_key IS NULL

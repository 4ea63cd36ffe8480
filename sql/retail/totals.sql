-- Purpose: rows and amounts of every layer, to compare them.
-- Grain: one row.
-- A replay reads only.
SELECT
    (SELECT count(*) FROM bronze.sales) AS bronze_rows,
    silver.rows AS silver_rows,
    silver.amount AS silver_amount,
    gold.rows AS gold_rows,
    gold.amount AS gold_amount,
    (SELECT count(DISTINCT customer_id) FROM gold.dim_customer WHERE customer_key > 0) AS customers,
    (SELECT count(*) FROM gold.dim_product WHERE product_key > 0) AS products,
    (SELECT count(*) FROM gold.dim_date WHERE date_key > 0) AS days
FROM (SELECT count(*) AS rows, coalesce(sum(quantity * unit_price), 0) AS amount FROM silver.sales WHERE NOT "_deleted") AS silver
CROSS JOIN (SELECT count(*) AS rows, coalesce(sum(amount), 0) AS amount FROM gold.fct_sales) AS gold

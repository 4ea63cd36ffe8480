-- Purpose: what each product brings in, and in which class of the ABC analysis it is.
-- Grain: one product.
-- A replay replaces the view.
SELECT
    rank() OVER (ORDER BY sold.amount DESC) AS rank,
    sold.product_id,
    product.description,
    abc.segment AS class,
    sold.amount AS revenue,
    round(sold.amount / nullif(sum(sold.amount) OVER (), 0), 6) AS share,
    round(
        sum(sold.amount) OVER (ORDER BY sold.amount DESC) / nullif(sum(sold.amount) OVER (), 0),
        6
    ) AS cumulative_share,
    sold.quantity,
    sold.invoices,
    sold.customers,
    round(sold.amount / nullif(sold.quantity, 0), 3) AS average_price,
    sold.first_day,
    sold.last_day
FROM gold.agg_sales_by_product AS sold
JOIN gold.dim_product AS product ON product.product_id = sold.product_id
LEFT JOIN gold.seg_product_abc AS abc ON abc.product_id = sold.product_id

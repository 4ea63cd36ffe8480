SELECT
    top.customer_id,
    customer.name,
    customer.segment,
    top.revenue,
    top.orders
FROM (SELECT * FROM gold.agg_customer ORDER BY revenue DESC LIMIT 100) AS top
JOIN gold.dim_customer AS customer ON customer.customer_id = top.customer_id

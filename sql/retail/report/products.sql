-- Purpose: the products that bring in most, for the report.
-- Grain: one product.
-- A replay reads only.
SELECT
    rank::text,
    product_id,
    translate(left(coalesce(description, ''), 32), E'\n\r\t', '   ') AS description,
    class,
    round(revenue, 2)::text AS revenue,
    round(cumulative_share * 100, 1) || ' %' AS cumulative
FROM gold.v_product_performance
ORDER BY v_product_performance.rank, product_id
LIMIT 5

SELECT
    year,
    brand,
    sum(revenue) AS revenue,
    rank() OVER (PARTITION BY year ORDER BY sum(revenue) DESC) AS place
FROM gold.agg_month_brand
GROUP BY year, brand

SELECT
    year,
    segment,
    sum(revenue) AS revenue,
    sum(revenue) / sum(sum(revenue)) OVER (PARTITION BY year) AS share
FROM gold.agg_month_segment
GROUP BY year, segment

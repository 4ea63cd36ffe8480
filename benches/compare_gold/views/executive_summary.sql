SELECT
    year,
    month,
    sum(revenue) AS revenue,
    sum(lines) AS lines,
    sum(revenue) / lag(sum(revenue)) OVER (ORDER BY year, month) - 1 AS growth
FROM gold.agg_month_segment
GROUP BY year, month

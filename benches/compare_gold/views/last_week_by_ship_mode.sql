SELECT
    fact.ship_mode,
    count(*) AS lines,
    sum(fact.revenue) AS revenue
FROM gold.fct_lines AS fact
WHERE fact.date_key >= (
    SELECT min(week.date_key) FROM (SELECT date_key FROM gold.dim_date ORDER BY date_key DESC LIMIT 7) AS week
)
GROUP BY fact.ship_mode

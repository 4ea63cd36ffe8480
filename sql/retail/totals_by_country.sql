-- Purpose: rows and amounts by the country of the sale, from the standardised rows.
-- Grain: one country.
-- A replay reads only.
SELECT
    country,
    count(*) AS rows,
    sum(quantity * unit_price) AS amount
FROM silver.sales
WHERE NOT "_deleted"
GROUP BY country
ORDER BY country

-- Purpose: how many of those who first bought in a month buy again in each month after it.
-- Grain: one cohort, and months since it.
-- A replay replaces the view.
WITH sizes AS (
    SELECT cohort, segment, count(*) AS size
    FROM gold.seg_customer_cohort
    WHERE cohort IS NOT NULL
    GROUP BY cohort, segment
),
active AS (
    SELECT
        member.cohort,
        extract(year FROM age(months.period, member.cohort))::integer * 12
        + extract(month FROM age(months.period, member.cohort))::integer AS months_since,
        count(*) AS customers,
        sum(months.amount) AS revenue
    FROM gold.fct_customer_months AS months
    JOIN gold.seg_customer_cohort AS member ON member.customer_id = months.customer_id
    WHERE months.lines > 0
    GROUP BY 1, 2
)
SELECT
    sizes.segment AS cohort,
    active.months_since,
    sizes.size,
    active.customers,
    round(active.customers::numeric / sizes.size, 4) AS retention,
    active.revenue
FROM active
JOIN sizes ON sizes.cohort = active.cohort

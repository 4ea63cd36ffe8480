-- Purpose: what each customer has been worth so far, how often and for how long they have bought, and in which segments
-- they are.
-- Grain: one customer, in the country of today.
-- A replay replaces the view.
WITH lifetimes AS (
    SELECT
        bought.*,
        -- the first month counts whole
        1 + extract(year FROM age(date_trunc('month', bought.last_day), date_trunc('month', bought.first_day)))::integer * 12
        + extract(month FROM age(date_trunc('month', bought.last_day), date_trunc('month', bought.first_day)))::integer
            AS months
    FROM gold.agg_sales_by_customer AS bought
    WHERE bought.customer_id <> 'unknown'
)
SELECT
    lifetimes.customer_id,
    present.country,
    present.region,
    cohort.segment AS cohort,
    rfm.segment,
    value.segment AS value_band,
    lifetimes.first_day,
    lifetimes.last_day,
    lifetimes.months,
    lifetimes.invoices,
    lifetimes.amount AS lifetime_value,
    round(lifetimes.amount / nullif(lifetimes.invoices, 0), 2) AS average_basket,
    round(lifetimes.amount / lifetimes.months, 2) AS value_per_month
FROM lifetimes
JOIN gold.dim_customer AS present ON present.customer_id = lifetimes.customer_id AND present.is_current
LEFT JOIN gold.seg_customer_cohort AS cohort ON cohort.customer_id = lifetimes.customer_id
LEFT JOIN gold.seg_customer_rfm AS rfm ON rfm.customer_id = lifetimes.customer_id
LEFT JOIN gold.seg_customer_value AS value ON value.customer_id = lifetimes.customer_id

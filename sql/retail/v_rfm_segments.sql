-- Purpose: how many customers each segment has and what they bring in.
-- Grain: one segment.
-- A replay replaces the view.
SELECT
    segment,
    count(*) AS customers,
    sum(monetary) AS revenue,
    round(sum(monetary) / nullif(sum(sum(monetary)) OVER (), 0), 6) AS share,
    round(avg(frequency), 2) AS average_invoices,
    min(last_day) AS longest_ago,
    max(last_day) AS latest
FROM gold.seg_customer_rfm
GROUP BY segment

-- Purpose: the segments of customers, for the report.
-- Grain: one segment.
-- A replay reads only.
SELECT
    segment,
    customers::text,
    round(revenue, 2)::text AS revenue,
    round(share * 100, 1) || ' %' AS share,
    average_invoices::text AS invoices
FROM gold.v_rfm_segments
ORDER BY v_rfm_segments.revenue DESC, segment

-- Purpose: the regions, for the report.
-- Grain: one region.
-- A replay reads only.
SELECT
    region,
    count(*)::text AS countries,
    sum(lines)::text AS lines,
    round(sum(revenue), 2)::text AS revenue,
    round(sum(share_of_all) * 100, 1) || ' %' AS share
FROM gold.v_regional_analysis
GROUP BY region
ORDER BY sum(revenue) DESC, region

-- Purpose: of those who first bought in a month, how many bought again one, three and six months later, for the report.
-- Grain: one cohort.
-- A replay reads only.
SELECT
    cohort,
    max(size)::text AS customers,
    coalesce(max(round(retention * 100, 1) || ' %') FILTER (WHERE months_since = 1), '') AS after_1,
    coalesce(max(round(retention * 100, 1) || ' %') FILTER (WHERE months_since = 3), '') AS after_3,
    coalesce(max(round(retention * 100, 1) || ' %') FILTER (WHERE months_since = 6), '') AS after_6
FROM gold.v_cohort_retention
GROUP BY cohort
ORDER BY cohort

{{ config(unique_key=['year', 'month', 'brand'], indexes=[{'columns': ['year', 'month', 'brand'], 'unique': true}]) }}

SELECT
    date.year,
    date.month,
    part.brand,
    count(*) AS lines,
    sum(fact.quantity) AS quantity,
    sum(fact.revenue) AS revenue,
    max(fact.changed_load) AS changed_load
FROM {{ ref('fct_lines') }} AS fact
JOIN {{ ref('dim_date') }} AS date ON date.date_key = fact.date_key
JOIN {{ ref('dim_part') }} AS part ON part.part_key = fact.part_key
WHERE {{ is_touched('fact', 'date_key / 100 * 100', 'date_key / 100 * 100 + 99') }}
GROUP BY date.year, date.month, part.brand

{{ config(unique_key='day', indexes=[{'columns': ['day'], 'unique': true}]) }}

SELECT
    date.day,
    count(*) AS lines,
    sum(fact.quantity) AS quantity,
    sum(fact.revenue) AS revenue,
    max(fact.changed_load) AS changed_load
FROM {{ ref('fct_lines') }} AS fact
JOIN {{ ref('dim_date') }} AS date ON date.date_key = fact.date_key
WHERE {{ is_touched('fact', 'date_key', 'date_key') }}
GROUP BY date.day

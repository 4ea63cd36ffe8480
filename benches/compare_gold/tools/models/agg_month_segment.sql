{{ config(unique_key=['year', 'month', 'segment'], indexes=[{'columns': ['year', 'month', 'segment'], 'unique': true}]) }}

SELECT
    date.year,
    date.month,
    customer.segment,
    count(*) AS lines,
    sum(fact.quantity) AS quantity,
    sum(fact.revenue) AS revenue,
    max(fact.changed_load) AS changed_load
FROM {{ ref('fct_lines') }} AS fact
JOIN {{ ref('dim_date') }} AS date ON date.date_key = fact.date_key
JOIN {{ ref('dim_customer') }} AS customer ON customer.customer_key = fact.customer_key
WHERE {{ is_touched('fact', 'date_key / 100 * 100', 'date_key / 100 * 100 + 99') }}
GROUP BY date.year, date.month, customer.segment

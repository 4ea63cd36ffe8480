{{ config(unique_key='_row_id', indexes=[
    {'columns': ['_row_id'], 'unique': true},
    {'columns': ['customer_key']},
    {'columns': ['part_key']},
    {'columns': ['date_key'], 'type': 'brin'},
    {'columns': ['changed_load']},
]) }}

SELECT
    source._row_id,
    coalesce(customer.customer_key, -1) AS customer_key,
    coalesce(part.part_key, -1) AS part_key,
    coalesce(date.date_key, -1) AS date_key,
    source.order_id,
    source.ship_mode,
    source.quantity,
    source.price * (1 - source.discount) AS revenue,
    source._changed_load AS changed_load
FROM silver.lines AS source
LEFT JOIN {{ ref('dim_customer') }} AS customer ON customer.customer_id = source.customer_id
LEFT JOIN {{ ref('dim_part') }} AS part ON part.part_id = source.part_id
LEFT JOIN {{ ref('dim_date') }} AS date ON date.day = source.ordered_on
WHERE NOT source._deleted AND {{ is_new('source') }}
ORDER BY date_key, _row_id

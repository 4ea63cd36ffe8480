{{ config(unique_key='customer_id', indexes=[{'columns': ['customer_id'], 'unique': true}]) }}

SELECT
    source.customer_id AS customer_key,
    source.customer_id,
    source.name,
    source.nation,
    source.segment,
    source._changed_load AS changed_load
FROM silver.customers AS source
WHERE NOT source._deleted AND {{ is_new('source') }}

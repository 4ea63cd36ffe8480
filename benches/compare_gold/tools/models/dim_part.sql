{{ config(unique_key='part_id', indexes=[{'columns': ['part_id'], 'unique': true}]) }}

SELECT
    source.part_id AS part_key,
    source.part_id,
    source.brand,
    source.type,
    source._changed_load AS changed_load
FROM silver.parts AS source
WHERE NOT source._deleted AND {{ is_new('source') }}

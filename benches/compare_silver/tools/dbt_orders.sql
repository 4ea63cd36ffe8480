{{ config(materialized='incremental', incremental_strategy='merge', unique_key='order_id', indexes=[{'columns': ['order_id'], 'unique': true}]) }}

{select}

{{ config(unique_key='date_key', indexes=[{'columns': ['date_key'], 'unique': true}]) }}

WITH bounds AS (
    SELECT min(source.ordered_on) AS first_day, max(source.ordered_on) AS last_day, max(source._changed_load) AS changed_load
    FROM silver.lines AS source
    WHERE NOT source._deleted AND {{ is_new('source') }}
),
days AS (
    SELECT generate_series(first_day::timestamp, last_day::timestamp, INTERVAL '1 day')::date AS day, changed_load
    FROM bounds
)
SELECT
    (extract(year FROM day) * 10000 + extract(month FROM day) * 100 + extract(day FROM day))::integer AS date_key,
    day,
    extract(year FROM day)::integer AS year,
    extract(quarter FROM day)::integer AS quarter,
    extract(month FROM day)::integer AS month,
    extract(day FROM day)::integer AS day_of_month,
    extract(week FROM day)::integer AS iso_week,
    extract(isodow FROM day)::integer AS day_of_week,
    to_char(day, 'FMMonth') AS month_name,
    to_char(day, 'FMDay') AS day_name,
    changed_load
FROM days

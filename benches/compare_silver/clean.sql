-- What a careful hand writes for the same: cleans the records of bronze.raw_orders after load {after}, leaves out those that
-- break a rule, and puts the newest of each thing into public.orders.
-- A blank here is any that Unicode has; translate and collations by bytes are the fastest that PostgreSQL 15 offers.
-- {after}: load
INSERT INTO public.orders AS held (
    order_id, name, email, country, city, note, amount, ordered_on, gift, quantity, load_id, record_no
)
SELECT DISTINCT ON (order_id)
    order_id, name, email, country, city, note, amount, ordered_on, gift, quantity, load_id, record_no
FROM (
    SELECT
        order_id,
        initcap(normalize(btrim(regexp_replace(name, '\s+', ' ', 'g')), NFC)) AS name,
        nullif(
            split_part(btrim(email), '@', 1) || CASE WHEN strpos(email, '@') > 0 THEN '@' ELSE '' END
            || lower(split_part(btrim(email), '@', 2)),
            ''
        ) AS email,
        coalesce(countries.code, country) AS country,
        CASE WHEN lower(btrim(city)) IN ('n/a', 'none', '-', '') THEN NULL ELSE regexp_replace(btrim(city), '\s+', ' ', 'g') END AS city,
        nullif(btrim(regexp_replace(note, '\s+', ' ', 'g')), '') AS note,
        CASE
            WHEN btrim(amount) ~ '^[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?$' THEN replace(btrim(amount), ',', '')::numeric
        END AS amount,
        CASE WHEN btrim(ordered_on) ~ '^\d{2}/\d{2}/\d{4}$' THEN to_date(btrim(ordered_on), 'DD/MM/YYYY') END AS ordered_on,
        CASE
            WHEN lower(btrim(gift)) IN ('y', 'yes', '1', 'true') THEN true
            WHEN lower(btrim(gift)) IN ('n', 'no', '0', 'false') THEN false
        END AS gift,
        quantity,
        "_load_id" AS load_id,
        "_record_no" AS record_no
    FROM bronze.raw_orders
    LEFT JOIN (
        VALUES
        ('GB', 'GB'), ('UNITEDKINGDOM', 'GB'), ('DE', 'DE'), ('GERMANY', 'DE'), ('FR', 'FR'), ('EIRE', 'IE'),
        ('US', 'US'), ('USA', 'US')
    ) AS countries (spelling, code) ON countries.spelling = upper(replace(country, ' ', ''))
    WHERE "_load_id" > {after}
) AS cleaned
WHERE
    name <> ''
    AND (email IS NULL OR email ~ '^[^@\s]+@[a-z0-9.-]+\.[a-z]{2,}$')
    AND country IN ('GB', 'DE', 'FR', 'IE', 'US')
    AND amount BETWEEN 0.01 AND 100000
    AND quantity BETWEEN 1 AND 1000
    AND ordered_on BETWEEN DATE '2020-01-01' AND DATE '2030-01-01'
    AND gift IS NOT NULL
ORDER BY order_id, load_id DESC, record_no DESC
ON CONFLICT (order_id) DO UPDATE
SET
    name = excluded.name,
    email = excluded.email,
    country = excluded.country,
    city = excluded.city,
    note = excluded.note,
    amount = excluded.amount,
    ordered_on = excluded.ordered_on,
    gift = excluded.gift,
    quantity = excluded.quantity,
    load_id = excluded.load_id,
    record_no = excluded.record_no
WHERE (excluded.load_id, excluded.record_no) > (held.load_id, held.record_no)

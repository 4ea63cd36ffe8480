-- What a careful hand writes for the same: cleans the records of bronze.raw_orders after load {after}, leaves out those that
-- break a rule, and puts the newest of each thing into public.orders. Blanks are those of Unicode. OFFSET 0 keeps an
-- expression from being evaluated once for every use, which takes twice the time; what costs most runs only where there is
-- something to replace.
-- {after}: load
INSERT INTO public.orders AS held (
    order_id, name, email, country, city, note, amount, ordered_on, gift, quantity, load_id, record_no
)
SELECT DISTINCT ON (order_id)
    order_id, name, email, country, city, note, amount, ordered_on, gift, quantity, load_id, record_no
FROM (
    SELECT
        order_id,
        initcap(normalize(name)) AS name,
        nullif(CASE WHEN at > 0 THEN left(email, at) || lower(substr(email, at + 1)) ELSE email END, '') AS email,
        CASE upper(replace(country, ' ', ''))
            WHEN 'GB' THEN 'GB' WHEN 'UNITEDKINGDOM' THEN 'GB' WHEN 'DE' THEN 'DE' WHEN 'GERMANY' THEN 'DE'
            WHEN 'FR' THEN 'FR' WHEN 'EIRE' THEN 'IE' WHEN 'US' THEN 'US' WHEN 'USA' THEN 'US' ELSE country
        END AS country,
        CASE WHEN lower(city) IN ('n/a', 'none', '-', '') THEN NULL ELSE city END AS city,
        nullif(note, '') AS note,
        CASE
            WHEN amount ~ '^[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?$' THEN replace(amount, ',', '')::numeric
        END AS amount,
        CASE
            WHEN ordered_on ~ '^\d\d/\d\d/\d{4}$'
                THEN make_date(substr(ordered_on, 7)::integer, substr(ordered_on, 4, 2)::integer, left(ordered_on, 2)::integer)
        END AS ordered_on,
        CASE
            WHEN gift IN ('y', 'yes', '1', 'true') THEN true
            WHEN gift IN ('n', 'no', '0', 'false') THEN false
        END AS gift,
        quantity, load_id, record_no
    FROM (
        SELECT
            order_id,
            CASE WHEN name ~ '^ | $|  |[\t\n\v\f\r\u0085\u00A0\u1680\u2000-\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF]' THEN btrim(regexp_replace(name, '[\s\u0085\u00A0\u1680\u2000-\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF]+', ' ', 'g')) ELSE name END AS name,
            btrim(email, E' \u0009\u000A\u000B\u000C\u000D\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF') AS email,
            strpos(btrim(email, E' \u0009\u000A\u000B\u000C\u000D\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF'), '@') AS at,
            country,
            CASE WHEN city ~ '^ | $|  |[\t\n\v\f\r\u0085\u00A0\u1680\u2000-\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF]' THEN btrim(regexp_replace(city, '[\s\u0085\u00A0\u1680\u2000-\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF]+', ' ', 'g')) ELSE city END AS city,
            CASE WHEN note ~ '^ | $|  |[\t\n\v\f\r\u0085\u00A0\u1680\u2000-\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF]' THEN btrim(regexp_replace(note, '[\s\u0085\u00A0\u1680\u2000-\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF]+', ' ', 'g')) ELSE note END AS note,
            btrim(amount, E' \u0009\u000A\u000B\u000C\u000D\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF') AS amount,
            btrim(ordered_on, E' \u0009\u000A\u000B\u000C\u000D\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF') AS ordered_on,
            lower(btrim(gift, E' \u0009\u000A\u000B\u000C\u000D\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF')) AS gift,
            quantity,
            "_load_id" AS load_id,
            "_record_no" AS record_no
        FROM bronze.raw_orders
        WHERE "_load_id" > {after}
        OFFSET 0
    ) AS trimmed
    OFFSET 0
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
SET name = excluded.name, email = excluded.email, country = excluded.country, city = excluded.city, note = excluded.note,
    amount = excluded.amount, ordered_on = excluded.ordered_on, gift = excluded.gift, quantity = excluded.quantity,
    load_id = excluded.load_id, record_no = excluded.record_no
WHERE (excluded.load_id, excluded.record_no) > (held.load_id, held.record_no)

-- Puts records into bronze.raw_orders as one load. Half of the cells are standard already, 2 % of the records break one of
-- six rules; those that come again have another amount.
-- {load}: load, {things}: query for the numbers of the things and how often each has come before
INSERT INTO bronze.raw_orders (
    order_id, name, email, country, city, note, amount, ordered_on, gift, quantity, "_load_id", "_record_no"
)
SELECT
    n AS order_id,
    CASE
        WHEN n % 2 = 0 THEN 'Ada King' WHEN n % 300 = 1 THEN '  ' WHEN n % 40 = 3 THEN U&' alan\00A0turing\3000' ELSE ' grace   hopper'
    END AS name,
    CASE WHEN n % 300 = 2 THEN 'nobody' WHEN n % 2 = 0 THEN 'user' || n || '@example.com' ELSE ' User' || n || '@Example.COM' END AS email,
    CASE WHEN n % 300 = 3 THEN 'Atlantis' ELSE (ARRAY['GB', 'United Kingdom', 'DE', 'germany', 'FR', 'EIRE', 'US', 'usa'])[1 + n % 8] END AS country,
    (ARRAY['London', ' n/a ', 'Paris', 'New  York'])[1 + n % 4] AS city,
    CASE n % 3 WHEN 0 THEN ' ' WHEN 1 THEN 'as it is' ELSE ' two   blanks' END AS note,
    CASE
        WHEN n % 300 = 4 THEN '0.00'
        WHEN n % 2 = 0 THEN (n % 900 + 1) || '.50'
        ELSE ' ' || to_char(1000 + n % 90000 + again, 'FM999,999') || '.25'
    END AS amount,
    to_char(DATE '2021-01-01' + CASE n % 300 WHEN 5 THEN -3000 ELSE (n % 1500)::integer END, 'DD/MM/YYYY') AS ordered_on,
    (ARRAY['Y', 'no', 'yes', 'N', '1', '0'])[1 + n % 6] AS gift,
    CASE n % 300 WHEN 6 THEN 0 ELSE 1 + n % 100 END AS quantity,
    {load},
    row_number() OVER ()
FROM (
{things}
) AS things (n, again)

-- 1 % more sales: the latest ones again, on other invoices and on the days after the last.
-- {load}: load, which no other invoice has behind it
INSERT INTO silver.sales (
    invoice_no, stock_code, description, quantity, invoice_date, unit_price, customer_id, country, email, region,
    "_load_id", "_record_no", "_changed_load"
)
SELECT
    split_part(invoice_no, '+', 1) || '+' || {load},
    stock_code,
    description,
    quantity,
    invoice_date + (1 + (max(invoice_date) OVER ())::date - (min(invoice_date) OVER ())::date) * INTERVAL '1 day',
    unit_price,
    customer_id,
    country,
    email,
    region,
    {load},
    row_number() OVER (ORDER BY invoice_date, "_row_id"),
    {load}
FROM (
    SELECT *
    FROM silver.sales
    ORDER BY invoice_date DESC, "_row_id" DESC
    LIMIT (SELECT count(*) / 100 FROM silver.sales)
) AS latest

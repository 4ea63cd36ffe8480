-- Further copies of every sale, of other invoices and other customers, in the order of their days.
-- {times}: how often each is there afterwards, {load}: load
INSERT INTO silver.sales (
    invoice_no, stock_code, description, quantity, invoice_date, unit_price, customer_id, country, email, region,
    "_load_id", "_record_no", "_changed_load"
)
SELECT
    invoice_no || '-' || copy,
    stock_code,
    description,
    quantity,
    invoice_date,
    unit_price,
    customer_id || '-' || copy,
    country,
    email,
    region,
    {load},
    row_number() OVER (ORDER BY invoice_date, copy, "_row_id"),
    {load}
FROM silver.sales
CROSS JOIN generate_series(2, {times}) AS copy
ORDER BY invoice_date, copy, "_row_id"

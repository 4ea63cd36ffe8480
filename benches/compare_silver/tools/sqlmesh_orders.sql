MODEL (
    name mesh.orders,
    kind INCREMENTAL_BY_UNIQUE_KEY (unique_key order_id),
    cron '@daily',
    grain order_id,
    columns (
        order_id bigint, name text, email text, country text, city text, note text, amount numeric, ordered_on date,
        gift boolean, quantity integer, load_id bigint, record_no bigint
    )
);

{select}

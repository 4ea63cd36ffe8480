use metalayer::core::Type;
use metalayer::gold::{
    Aggregate, Dimension, Fact, Period, Reference, Snapshot, StateSnapshot, Warehouse,
};

use super::{ORDERS, Shop, customer, order, rows};

fn dates() -> Dimension {
    Dimension::date("dim_date", ORDERS, "sold_at").days(ORDERS, "shipped_at")
}

fn accumulating() -> Warehouse {
    let orders = order().measure("lines", Type::Int8, "count(*)");
    let customer = customer();
    let by_day = Aggregate::new("agg_by_day", "fct_order")
        .group("day", Type::Date, "sold_date.day")
        .count("orders")
        .sum("amount", "amount")
        .measure("days", Type::Numeric, "avg(fact.days_sold_to_shipped)");
    Warehouse::new("gold")
        .dimension(dates())
        .dimension(customer)
        .accumulating(orders)
        .aggregate(by_day)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accumulating_fact_fills_as_milestones_are_reached() {
    let shop = Shop::new(accumulating()).await;
    shop.after(
        "INSERT INTO silver.customers (customer_id, city, since) VALUES ('C1', 'Rome', '2024-01-01'), ('C1', 'Oslo', '2024-01-03');
         INSERT INTO silver.orders (order_no, customer, sold_at, amount) VALUES
         ('1', 'C1', '2024-01-02 10:00', 1), ('1', 'C1', '2024-01-02 11:00', 2), ('2', 'C1', '2024-01-04', 4), (NULL, 'C1', '2024-01-04', 99)",
    )
    .await;
    let state = rows(
        "f.order_no, d.city, f.sold_date_key, f.shipped_date_key, coalesce(f.days_sold_to_shipped::text, '-'), f.amount, f.lines",
        "gold.fct_order AS f JOIN gold.dim_customer AS d USING (customer_key)",
    );
    assert_eq!(
        shop.one(&state).await,
        "1 Rome 20240102 -1 - 3 2, 2 Oslo 20240104 -1 - 4 1"
    );
    let strays = "SELECT violations FROM meta.rule_result WHERE rule = 'fct_order.process.known' ORDER BY load_id DESC LIMIT 1";
    assert_eq!(shop.one(strays).await, "1");

    shop.after("UPDATE silver.orders SET shipped_at = '2024-02-01 09:00' WHERE order_no = '1' AND amount = 2")
        .await;
    shop.after("UPDATE silver.orders SET shipped_at = '2024-01-03' WHERE order_no = '2'")
        .await;
    assert_eq!(
        shop.one(&state).await,
        "1 Rome 20240102 20240201 30 3 2, 2 Oslo 20240104 20240103 -1 4 1"
    );
    let backwards = "SELECT violations FROM meta.rule_result WHERE rule = 'fct_order.days_sold_to_shipped.forward' ORDER BY load_id DESC LIMIT 1";
    assert_eq!(shop.one(backwards).await, "1");
    let by_day = rows("day, orders, amount, round(days)", "gold.agg_by_day");
    assert_eq!(
        shop.one(&by_day).await,
        "2024-01-02 1 3 30, 2024-01-04 1 4 -1"
    );
    shop.after("UPDATE silver.orders SET _deleted = true WHERE order_no = '2'")
        .await;
    assert_eq!(shop.one(&by_day).await, "2024-01-02 1 3 30");
    shop.is_a_rebuild(&[&state, &by_day]).await;
}

fn snapshots() -> Warehouse {
    let product = Dimension::new("dim_product", ORDERS).key("product_id", Type::Text, "product");
    let moves = Fact::new("fct_moves", ORDERS)
        .dimension(Reference::to("dim_product").by("product"))
        .dimension(Reference::to("dim_date").by("sold_at").optional())
        .measure("amount", Type::Numeric, "amount");
    let months = Snapshot::new("fct_stock_months", "fct_moves", Period::Month, "date.day")
        .member("product")
        .count("moves")
        .flow("moved", "amount")
        .balance("in_stock", "amount");
    // Balances of a month add up over products, those of all months would not.
    let all = Aggregate::new("agg_stock", "fct_stock_months")
        .group("month", Type::Date, "fact.period")
        .sum("moved", "moved")
        .sum("in_stock", "in_stock");
    Warehouse::new("gold")
        .dimension(dates())
        .dimension(product)
        .fact(moves)
        .snapshot(months)
        .aggregate(all)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_has_every_period_and_carries_balances_over_those_without_facts() {
    let shop = Shop::new(snapshots()).await;
    shop.after("SELECT 1").await;
    assert_eq!(
        shop.one("SELECT count(*) FROM gold.fct_stock_months").await,
        "0"
    );
    shop.after(
        "INSERT INTO silver.orders (product, sold_at, amount) VALUES
         ('A', '2024-01-10', 10), ('A', '2024-01-20', -4), ('B', '2024-02-01', 5), ('A', '2024-04-30', 1), ('B', NULL, 77)",
    )
    .await;
    let state = rows(
        "p.product_id, s.period, s.moves, s.moved, s.in_stock",
        "gold.fct_stock_months AS s JOIN gold.dim_product AS p USING (product_key)",
    );
    assert_eq!(
        shop.one(&state).await,
        "A 2024-01-01 2 6 6, A 2024-02-01 0 0 6, A 2024-03-01 0 0 6, A 2024-04-01 1 1 7, \
         B 2024-02-01 1 5 5, B 2024-03-01 0 0 5, B 2024-04-01 0 0 5"
    );
    let all = rows("month, moved, in_stock", "gold.agg_stock");
    assert_eq!(
        shop.one(&all).await,
        "2024-01-01 6 6, 2024-02-01 5 11, 2024-03-01 0 11, 2024-04-01 1 12"
    );
    let undated = "SELECT violations FROM meta.rule_result WHERE rule = 'fct_stock_months.period.known' ORDER BY load_id DESC LIMIT 1";
    assert_eq!(shop.one(undated).await, "1");
    // A late one changes every balance after it, one that goes takes its product's rows along.
    shop.after("INSERT INTO silver.orders (product, sold_at, amount) VALUES ('A', '2024-02-02', 100); UPDATE silver.orders SET _deleted = true WHERE product = 'B'")
        .await;
    assert_eq!(
        shop.one(&state).await,
        "A 2024-01-01 2 6 6, A 2024-02-01 1 100 106, A 2024-03-01 0 0 106, A 2024-04-01 1 1 107"
    );
    shop.is_a_rebuild(&[&state, &all]).await;
}

/// A report has what is in stock, `amount`, of a product in a shop, `channel`.
fn states() -> Warehouse {
    let stock = StateSnapshot::new("fct_stock", ORDERS, Period::Month, "sold_at")
        .entity("shop", Type::Text, "coalesce(channel, 'none')")
        .entity("product_id", Type::Text, "product")
        .dimension(Reference::to("dim_customer").by("customer"))
        .state("on_hand", Type::Numeric, "amount");
    let all = Aggregate::new("agg_stock", "fct_stock")
        .group("month", Type::Date, "fact.period")
        .sum("on_hand", "on_hand");
    Warehouse::new("gold")
        .dimension(customer())
        .state_snapshot(stock)
        .aggregate(all)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_of_a_period_is_the_one_reported_last() {
    let shop = Shop::new(states()).await;
    shop.after(
        "INSERT INTO silver.customers (customer_id, city, since) VALUES ('K', 'Rome', '2024-01-01'), ('K', 'Oslo', '2024-01-20');
         INSERT INTO silver.orders (channel, product, customer, sold_at, amount) VALUES
         ('s1', 'A', 'K', '2024-01-10', 5), ('s1', 'A', 'K', '2024-01-25', 3), ('s1', 'A', 'L', '2024-01-25', 2),
         ('s2', 'A', NULL, '2024-01-31', 7), ('s1', 'A', 'K', '2024-03-01', 1), ('s1', NULL, 'K', '2024-03-01', 99)",
    )
    .await;
    let state = rows(
        "s.period, s.shop, s.product_id, s.on_hand, c.customer_id, coalesce(c.city, '-')",
        "gold.fct_stock AS s JOIN gold.dim_customer AS c USING (customer_key)",
    );
    // Of the two reports of one instant the later one counts, as a whole.
    assert_eq!(
        shop.one(&state).await,
        "2024-01-01 s1 A 2 unknown -, 2024-01-01 s2 A 7 unknown -, 2024-03-01 s1 A 1 K Oslo"
    );
    let all = rows("month, on_hand", "gold.agg_stock");
    assert_eq!(shop.one(&all).await, "2024-01-01 9, 2024-03-01 1");
    shop.after("UPDATE silver.orders SET _deleted = true WHERE sold_at = '2024-01-25'")
        .await;
    assert_eq!(
        shop.one(&state).await,
        "2024-01-01 s1 A 5 K Rome, 2024-01-01 s2 A 7 unknown -, 2024-03-01 s1 A 1 K Oslo"
    );
    shop.is_a_rebuild(&[&state, &all]).await;
}

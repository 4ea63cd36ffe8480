//! Facts in partitions by month.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use metalayer::core::{Event, Observer, Type};
use metalayer::gold::{Aggregate, Dimension, Fact, Reference, Warehouse};
use metalayer::pg::{Mode, Refreshed};
use metalayer::prelude::*;

use super::readers::{self, IMPATIENT, look};
use super::shop;
use crate::models::{ORDERS, Shop};
use crate::support::{Fresh, open};

fn orders(fact: impl Fn(Fact) -> Fact) -> Warehouse {
    let orders = Fact::new("fct_orders", ORDERS)
        .dimension(Reference::to("dim_customer").by("customer").optional())
        .dimension(Reference::to("dim_date").by("sold_at").optional())
        .measure("amount", Type::Numeric, "amount");
    let customers = Aggregate::new("agg_customer", "fct_orders")
        .group("customer", Type::Text, "customer.customer_id")
        .count("orders")
        .sum("amount", "amount");
    let customer =
        Dimension::new("dim_customer", ORDERS).key("customer_id", Type::Text, "customer");
    Warehouse::new("gold")
        .dimension(customer)
        .dimension(Dimension::date("dim_date", ORDERS, "sold_at"))
        .fact(fact(orders))
        .aggregate(customers)
}

fn monthly() -> Warehouse {
    orders(|fact| fact.partitioned_by_month("date_key"))
}

/// Each partition and its rows.
const PARTITIONS: &str = "SELECT string_agg(relname || ' ' || (SELECT count(*) FROM gold.fct_orders AS fact WHERE fact.tableoid = class.oid), ', ' ORDER BY relname) \
    FROM pg_inherits JOIN pg_class AS class ON class.oid = inhrelid WHERE inhparent = 'gold.fct_orders'::regclass";

#[tokio::test(flavor = "multi_thread")]
async fn a_month_that_has_rows_has_a_partition() {
    let shop = Shop::new(monthly()).await;
    shop.after("SELECT 1").await;
    assert_eq!(
        shop.one(&format!("SELECT coalesce(({PARTITIONS}), 'none')"))
            .await,
        "none"
    );
    shop.after(
        "INSERT INTO silver.orders (order_no, customer, sold_at, amount) VALUES ('1', 'a', '2024-01-31 23:59', 1), \
         ('2', 'a', '2024-02-01', 2), ('3', 'b', '2024-02-29', 4), ('4', 'b', NULL, 8), ('5', 'b', 'infinity', 16)",
    )
    .await;
    assert_eq!(
        shop.one(PARTITIONS).await,
        "fct_orders_202401 1, fct_orders_202402 2, fct_orders_unknown 2"
    );
    // A century later: two partitions, and none between them.
    shop.after(
        "INSERT INTO silver.orders (order_no, customer, sold_at, amount) VALUES ('6', 'a', '2124-12-31', 32); \
         UPDATE silver.orders SET sold_at = '2024-03-01' WHERE order_no IN ('1', '4')",
    )
    .await;
    assert_eq!(
        shop.one(PARTITIONS).await,
        "fct_orders_202401 0, fct_orders_202402 2, fct_orders_202403 2, fct_orders_212412 1, fct_orders_unknown 1"
    );
    assert_eq!(
        shop.one("SELECT partdefid FROM pg_partitioned_table WHERE partrelid = 'gold.fct_orders'::regclass").await,
        "0",
        "there is no partition for what has none"
    );
    shop.after("UPDATE silver.orders SET _deleted = true WHERE order_no IN ('3', '6')")
        .await;
    let amounts = "SELECT string_agg(customer || ' ' || orders || ' ' || amount, ', ' ORDER BY customer) FROM gold.agg_customer";
    assert_eq!(shop.one(amounts).await, "a 2 3, b 2 24");
    shop.is_a_rebuild(&[amounts]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_month_there_is_has_a_partition() {
    let shop = Shop::new(monthly()).await;
    shop.after("INSERT INTO silver.orders (order_no, sold_at, amount) VALUES ('1', '9999-12-31', 1), ('2', '9999-11-30', 2)")
        .await;
    assert_eq!(
        shop.one(PARTITIONS).await,
        "fct_orders_999911 1, fct_orders_999912 1"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn indexes_and_keys_are_those_of_the_table() {
    let shop = Shop::new(monthly()).await;
    shop.after("INSERT INTO silver.orders (order_no, customer, sold_at, amount) VALUES ('1', 'a', '2024-01-31', 1)")
        .await;
    shop.after("INSERT INTO silver.orders (order_no, customer, sold_at, amount) VALUES ('2', 'a', '2024-02-29', 1)")
        .await;
    let indexes = "SELECT string_agg(DISTINCT indexes, ' | ') FROM (SELECT string_agg(index, ', ' ORDER BY index) AS indexes \
        FROM pg_indexes CROSS JOIN LATERAL substring(indexdef COLLATE \"C\" FROM 'USING (.*)') AS index WHERE schemaname = 'gold' AND tablename ~ '^fct_orders' GROUP BY tablename) AS each";
    assert_eq!(
        shop.one(indexes).await,
        "brin (date_key), btree (_row_id, date_key), btree (customer_key)"
    );
    let keys = "SELECT string_agg(DISTINCT keys, ' | ') FROM (SELECT string_agg(pg_get_constraintdef(oid), ', ' ORDER BY conkey) AS keys \
        FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text ~ '^gold.fct_orders' GROUP BY conrelid) AS each";
    assert_eq!(
        shop.one(keys).await,
        "FOREIGN KEY (customer_key) REFERENCES gold.dim_customer(customer_key), FOREIGN KEY (date_key) REFERENCES gold.dim_date(date_key)"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_span_of_days_reads_its_months_alone() {
    let shop = Shop::new(monthly()).await;
    shop.after("INSERT INTO silver.orders (order_no, sold_at, amount) SELECT n::text, DATE '2024-01-01' + n, 1 FROM generate_series(0, 364) AS n")
        .await;
    let explained =
        "SELECT sum(amount) FROM gold.fct_orders WHERE date_key BETWEEN 20240315 AND 20240420";
    let client = shop.fresh.database.client().await.unwrap();
    let plan = client.query(&format!("EXPLAIN {explained}"), &[]).await;
    let lines: Vec<String> = plan.unwrap().iter().map(|row| row.get(0)).collect();
    let read: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.split(" on ").nth(1)?.split(' ').next())
        .filter(|name| !name.ends_with("idx"))
        .collect();
    assert_eq!(
        read,
        ["fct_orders_202403", "fct_orders_202404"],
        "{lines:?}"
    );
    assert_eq!(shop.one(explained).await, "37");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_all_partitions_are_counted_and_explained() {
    let shop = Shop::new(monthly()).await;
    shop.fresh
        .run("INSERT INTO silver.orders (order_no, customer, sold_at, amount) SELECT n::text, 'a', DATE '2024-01-01' + n, 1 FROM generate_series(0, 59) AS n")
        .await;
    let run = |refreshed: &Refreshed| {
        let mut runs = refreshed.models.iter();
        let run = runs.find(|run| run.model == "fct_orders").unwrap();
        (run.rows, [run.inserted, run.updated, run.deleted])
    };
    assert_eq!(run(&shop.refreshed().await), (Some(60), [60, 0, 0]));
    shop.fresh
        .run("UPDATE silver.orders SET amount = 2 WHERE order_no < '2'; UPDATE silver.orders SET _deleted = true WHERE order_no = '40'")
        .await;
    assert_eq!(run(&shop.refreshed().await), (Some(59), [0, 12, 1]));
    let known = shop.known();
    let explained = shop.fresh.database.explain(shop.plan());
    let explained = explained
        .knowing(&known[0])
        .row("fct_orders", &["60"])
        .await
        .unwrap()
        .unwrap();
    assert!(
        explained
            .values
            .contains(&(String::from("date_key"), Some(String::from("20240229")))),
        "{explained:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fact_without_partitions_is_not_made_one_with_them() {
    let shop = Shop::new(orders(|fact| fact)).await;
    shop.after(
        "INSERT INTO silver.orders (order_no, sold_at, amount) VALUES ('1', '2024-01-31', 1)",
    )
    .await;
    let plan = monthly().render().unwrap();
    let refresh = Refresh::new(&shop.fresh.database, plan).unwrap();
    let refused = refresh.run(&Flow::new(Gate::off())).await.unwrap_err();
    let said = refused.chain().to_string();
    assert!(
        said.contains("is there and has no partitions, the model has one a month: drop it by hand"),
        "{said}"
    );
    assert_eq!(shop.one("SELECT count(*) FROM gold.fct_orders").await, "1");
    let back = Refresh::new(&shop.fresh.database, shop.plan().clone()).unwrap();
    back.run(&Flow::new(Gate::off())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_is_added_is_in_every_month() {
    let shop = Shop::new(monthly()).await;
    shop.after(
        "INSERT INTO silver.orders (order_no, sold_at, amount) VALUES ('1', '2024-01-31', 1)",
    )
    .await;
    let wider = orders(|fact| {
        let fact = fact.attribute("order_no", Type::Text, "order_no");
        fact.partitioned_by_month("date_key")
    });
    let wider = Refresh::new(&shop.fresh.database, wider.render().unwrap()).unwrap();
    wider.run(&Flow::new(Gate::off())).await.unwrap();
    shop.fresh
        .run(
            "WITH load AS (INSERT INTO meta.load (dataset, source, rule_set, state) \
             VALUES ('silver.orders', 'test', decode(repeat('00', 32), 'hex'), 'applied') RETURNING load_id) \
             INSERT INTO silver.orders (order_no, sold_at, amount, _changed_load) SELECT '2', '2024-02-01', 2, load_id FROM load",
        )
        .await;
    let refreshed = wider.run(&Flow::new(Gate::off())).await.unwrap();
    assert_eq!(refreshed.mode, Some(Mode::Incremental));
    let orders = "SELECT string_agg(tableoid::regclass || ' ' || order_no, ', ' ORDER BY order_no) FROM gold.fct_orders";
    assert_eq!(
        shop.one(orders).await,
        "gold.fct_orders_202401 1, gold.fct_orders_202402 2"
    );
    assert!(wider.compare_with_full().await.unwrap().is_same());
}

/// Looks at the shop after each step of a refresh, while all of its locks are held.
struct Watcher {
    database: Database,
    looked: AtomicU32,
}

#[async_trait]
impl Observer for Watcher {
    async fn see(&self, event: Event<'_>) {
        if let Event::Step { .. } = event {
            let client = self.database.client().await.unwrap();
            client.batch_execute(IMPATIENT).await.unwrap();
            look(&client).await;
            self.looked.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A sale of each month from a first one on.
fn sales(first: u32) -> String {
    format!(
        "WITH load AS (INSERT INTO meta.load (dataset, source, rule_set, state) \
         VALUES ('silver.sales', 'test', decode(repeat('00', 32), 'hex'), 'applied') RETURNING load_id) \
         INSERT INTO silver.sales (sale_id, customer, product, sold_at, country, quantity, price, _load_id, _record_no, _changed_load) \
         SELECT n, 'ann', 'pen', DATE '2020-01-15' + n * INTERVAL '1 month', 'DE', 1, 1, load_id, n, load_id \
         FROM generate_series({first}, {first} + 2) AS n CROSS JOIN load"
    )
}

async fn refreshes_beside_readers(mode: Mode) {
    let fresh = Fresh::migrated().await;
    shop::create(&fresh.database).await;
    fresh.run(&sales(0)).await;
    let refresh = Refresh::new(&fresh.database, shop::monthly_plan("gold")).unwrap();
    shop::run(&refresh).await;
    let (begun, done) = (AtomicBool::new(false), AtomicBool::new(false));
    let watcher = Arc::new(Watcher {
        database: open(&fresh.url, 1),
        looked: AtomicU32::new(0),
    });
    let flow = Flow::new(Gate::off()).observer(watcher.clone());
    let writer = async {
        while !begun.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
        for nth in 1..5 {
            fresh.run(&sales(nth * 3)).await;
            let refreshed = match mode {
                Mode::Incremental => refresh.run(&flow).await.unwrap(),
                Mode::Full => refresh.rebuild(&flow).await.unwrap(),
            };
            assert_eq!(refreshed.mode, Some(mode));
        }
        done.store(true, Ordering::Relaxed);
    };
    // It has the locks of a reader on the fact and its dimensions from before the first of them until after the last.
    let (looks, ()) = tokio::join!(readers::long_reader(&fresh, &begun, &done), writer);
    let partitions =
        "SELECT count(*) FROM pg_inherits WHERE inhparent = 'gold.fct_sales'::regclass";
    assert_eq!(fresh.one(partitions).await, "15");
    let looked = watcher.looked.load(Ordering::Relaxed);
    assert!(looks > 4 && looked > 4 * 20, "{looks} {looked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_do_not_notice_months_that_come_incrementally() {
    refreshes_beside_readers(Mode::Incremental).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_do_not_notice_months_that_come_in_full() {
    refreshes_beside_readers(Mode::Full).await;
}

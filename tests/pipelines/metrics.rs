//! What a refresh did to its tables: returned, stored in the same commit, and cleaned up after it.

use std::time::Duration;

use metalayer::core::{Audit, Type};
use metalayer::gold::{Aggregate, Dimension, Fact, Reference};
use metalayer::pg::{ModelRun, Refreshed};
use metalayer::prelude::*;

use crate::models::{ORDERS, Shop};

fn warehouse() -> Warehouse {
    let orders = Fact::new("fct_orders", ORDERS)
        .dimension(Reference::to("dim_customer").by("customer"))
        .measure("amount", Type::Numeric, "amount");
    Warehouse::new("gold")
        .dimension(Dimension::new("dim_customer", ORDERS).key(
            "customer_id",
            Type::Text,
            "customer",
        ))
        .fact(orders)
        .aggregate(
            Aggregate::new("agg", "fct_orders")
                .group("customer", Type::Text, "customer.customer_id")
                .sum("amount", "amount"),
        )
}

/// Rows, and of these inserted, updated and deleted, and dead ones.
fn counts(of: &Refreshed, model: &str) -> (Option<u64>, [u64; 4]) {
    let run = run(of, model);
    (run.rows, [run.inserted, run.updated, run.deleted, run.dead])
}

fn run<'a>(of: &'a Refreshed, model: &str) -> &'a ModelRun {
    let found = of.models.iter().find(|run| run.model == model);
    found.unwrap_or_else(|| panic!("{model}: {:?}", of.models))
}

const STORED: &str = "SELECT string_agg(concat_ws(' ', model, coalesce(rows, -1), rows_inserted, rows_updated, rows_deleted, \
    rows_scanned, dead_tuples, seconds > 0), ', ' ORDER BY model) FROM meta.model_result WHERE load_id = (SELECT max(load_id) FROM meta.model_result)";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_refresh_did_to_each_table_is_counted_and_stored() {
    let shop = Shop::new(warehouse()).await;
    shop.fresh
        .run(
            "INSERT INTO silver.orders (customer, amount) SELECT 'c' || n % 10, n FROM generate_series(1, 1000) AS n",
        )
        .await;
    let first = shop.refreshed().await;
    assert_eq!(
        counts(&first, "dim_customer"),
        (Some(11), [10, 0, 0, 0]),
        "with the unknown member"
    );
    assert_eq!(counts(&first, "fct_orders"), (Some(1000), [1000, 0, 0, 0]));
    assert_eq!(counts(&first, "agg"), (Some(10), [10, 0, 0, 0]));
    let source = run(&first, "silver.orders");
    assert_eq!((source.rows, source.written()), (None, 0));
    assert!(
        source.scanned >= 2_000,
        "the dimension and the fact read it: {source:?}"
    );
    for model in ["dim_customer", "fct_orders", "agg"] {
        assert!(run(&first, model).took > Duration::ZERO, "{model}");
    }

    shop.fresh
        .run(
            "UPDATE silver.orders SET amount = 5 WHERE _row_id = 7; UPDATE silver.orders SET _deleted = true WHERE customer = 'c0'",
        )
        .await;
    let second = shop.refreshed().await;
    assert_eq!(counts(&second, "dim_customer"), (Some(10), [0, 0, 1, 1]));
    assert_eq!(counts(&second, "fct_orders"), (Some(900), [0, 1, 100, 101]));
    assert_eq!(counts(&second, "agg"), (Some(9), [0, 1, 1, 2]));
    let expected = second.models.iter().map(|run| {
        let rows = run.rows.map_or(-1, |rows| rows as i64);
        let ModelRun {
            model,
            inserted,
            updated,
            deleted,
            scanned,
            dead,
            took,
            ..
        } = run;
        let timed = if took.is_zero() { 'f' } else { 't' };
        format!("{model} {rows} {inserted} {updated} {deleted} {scanned} {dead} {timed}")
    });
    let mut expected: Vec<String> = expected.collect();
    expected.sort();
    assert_eq!(shop.one(STORED).await, expected.join(", "));
    for model in ["dim_customer", "fct_orders", "agg"] {
        let rows = shop
            .one(&format!("SELECT count(*) FROM gold.{model}"))
            .await;
        assert_eq!(
            run(&second, model).rows.unwrap().to_string(),
            rows,
            "{model}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_refresh_did_nothing() {
    let mut plan = warehouse().render().unwrap();
    plan.checks.push(Audit::new("never", "SELECT 1"));
    let shop = Shop::planned(plan).await;
    let refreshed = shop.refreshed().await;
    assert!(
        matches!(refreshed.outcome, Outcome::Refused(_)),
        "{refreshed:?}"
    );
    assert!(refreshed.models.is_empty());
    assert_eq!(
        shop.one("SELECT count(*) FROM meta.model_result").await,
        "0"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_refresh_is_vacuumed_and_a_small_one_is_not() {
    let shop = Shop::new(warehouse()).await;
    shop.fresh
        .run(
            "INSERT INTO silver.orders (customer, amount) SELECT 'c' || n % 10, n FROM generate_series(1, 100000) AS n",
        )
        .await;
    shop.refreshed().await;
    // What vacuum has seen all of, and nobody has written to since: pages whose rows are all visible.
    let seen =
        "SELECT relallvisible = relpages FROM pg_class WHERE oid = 'gold.fct_orders'::regclass";
    assert_eq!(shop.one(seen).await, "true");
    let other = "SELECT relallvisible FROM pg_class WHERE oid = 'gold.agg'::regclass";
    assert_eq!(shop.one(other).await, "0");
}

//! The star: what readers see, what a failed check leaves, and type 2 history.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use metalayer::core::{Audit, Silent, Verdict};
use metalayer::prelude::*;

use crate::retail::pipeline::Retail;
use crate::retail::star;
use crate::sample_month::{month, run};
use crate::support::{Fresh, settings};

/// Facts, aggregate and silver, in one statement: the ages of what one reader sees.
const AGES: &str = "SELECT (SELECT count(*) FROM gold.fct_sales) || ' ' || (SELECT coalesce(sum(amount), 0) FROM gold.fct_sales) \
    || ' ' || (SELECT coalesce(sum(amount), 0) FROM gold.agg_daily_sales_by_country)";

#[tokio::test(flavor = "multi_thread")]
async fn readers_see_all_of_a_refresh_or_nothing() {
    let (_folder, _, files) = month(3_000).await;
    let fresh = Fresh::migrated().await;
    let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
    run(&retail, &files[..1]).await;
    let done = AtomicBool::new(false);
    let reader = async {
        let mut ages = 0;
        let mut last = String::new();
        while !done.load(Ordering::Relaxed) {
            let seen = fresh.one(AGES).await;
            let amounts: Vec<&str> = seen.split(' ').collect();
            let (facts, aggregate): (rust_decimal::Decimal, rust_decimal::Decimal) =
                (amounts[1].parse().unwrap(), amounts[2].parse().unwrap());
            assert_eq!(facts, aggregate, "facts and aggregate of different ages");
            ages += u32::from(seen != last);
            last = seen;
        }
        ages
    };
    let writer = async {
        for file in &files[1..] {
            run(&retail, std::slice::from_ref(file)).await;
        }
        done.store(true, Ordering::Relaxed);
    };
    let (ages, ()) = tokio::join!(reader, writer);
    assert!(ages > 5, "the reader saw only {ages} ages");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_fails_leaves_the_old_state_and_says_so() {
    let (_folder, _, files) = month(900).await;
    let fresh = Fresh::migrated().await;
    let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
    run(&retail, &files[..10]).await;
    let before = fresh.one(AGES).await;
    retail.bronze(&files[10..], Arc::new(Silent)).await;
    retail.silver(Arc::new(Silent)).await.unwrap();

    let mut plan = star::star().unwrap();
    plan.checks
        .push(Audit::new("sales.never", "SELECT 1 UNION ALL SELECT 2"));
    let flow = Flow::new(Gate::default());
    let refreshed = Refresh::new(&fresh.database, plan)
        .unwrap()
        .run(&flow)
        .await
        .unwrap();
    let Outcome::Refused(receipt) = refreshed.outcome else {
        panic!("{refreshed:?}")
    };
    assert_eq!(
        receipt.verdict,
        Verdict::Refused(String::from(
            "rule sales.never aborts: 2 violations, none allowed"
        ))
    );
    assert_eq!(fresh.one(AGES).await, before);
    let ledger = "SELECT reason || ' ' || violations FROM meta.load JOIN meta.rule_result USING (load_id) WHERE state = 'refused' AND rule = 'sales.never'";
    assert_eq!(
        fresh.one(ledger).await,
        "rule sales.never aborts: 2 violations, none allowed 2"
    );

    retail.gold(Arc::new(Silent)).await.unwrap();
    assert_ne!(fresh.one(AGES).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_moves_has_two_versions_that_do_not_overlap() {
    let folder = tempfile::tempdir().unwrap();
    let header =
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
    let line = |day: u32, country: &str| {
        format!("{day},A,thing,1,2024-03-{day:02} 10:00:00,1.50,17850.0,{country}\n")
    };
    let days = [
        (1, "France"),
        (5, "France"),
        (9, "Spain"),
        (12, "Spain"),
        (7, "Italy"),
    ];
    let mut files = Vec::new();
    for (day, country) in days {
        let path = folder.path().join(format!("{day}.csv"));
        std::fs::write(&path, format!("{header}{}", line(day, country))).unwrap();
        files.push(path);
    }
    let fresh = Fresh::migrated().await;
    let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
    let history = "SELECT string_agg(country || ' ' || valid_from::date || ' ' || coalesce(nullif(valid_to, 'infinity')::date::text, 'now') \
        || ' ' || facts, ', ' ORDER BY valid_from) FROM (SELECT d.country, d.valid_from, d.valid_to, count(f.*) AS facts \
        FROM gold.dim_customer AS d LEFT JOIN gold.fct_sales AS f USING (customer_key) WHERE customer_key > 0 GROUP BY 1, 2, 3) AS v";
    run(&retail, &files[..4]).await;
    assert_eq!(
        fresh.one(history).await,
        "France 2024-03-01 2024-03-09 2, Spain 2024-03-09 now 2"
    );
    // A late row in between cuts the first version short.
    run(&retail, &files[4..]).await;
    assert_eq!(
        fresh.one(history).await,
        "France 2024-03-01 2024-03-07 2, Italy 2024-03-07 2024-03-09 1, Spain 2024-03-09 now 2"
    );
    let overlaps = "SELECT count(*) FROM gold.dim_customer AS a JOIN gold.dim_customer AS b \
        ON a.customer_id = b.customer_id AND a.customer_key < b.customer_key AND a.valid_from < b.valid_to AND b.valid_from < a.valid_to";
    assert_eq!(fresh.one(overlaps).await, "0");
}

/// A small month, in gold.
async fn refreshed() -> Fresh {
    let (_folder, _, files) = month(300).await;
    let fresh = Fresh::migrated().await;
    run(
        &Retail::open(&fresh.database, &settings()).await.unwrap(),
        &files,
    )
    .await;
    fresh
}

/// Whatever writes them: the server refuses the second.
#[tokio::test(flavor = "multi_thread")]
async fn two_versions_of_one_time_are_refused() {
    let fresh = refreshed().await;
    let again = "INSERT INTO gold.dim_customer (customer_id, valid_from, valid_to, country, region) \
        SELECT customer_id, valid_from + INTERVAL '1 second', valid_to, country, region FROM gold.dim_customer \
        WHERE customer_key > 0 AND isfinite(valid_from) LIMIT 1";
    let client = fresh.database.client().await.unwrap();
    let error = client.batch_execute(again).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "23P01", "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_keys_are_real() {
    let fresh = refreshed().await;
    let keys = "SELECT count(*) FROM pg_constraint WHERE conrelid = 'gold.fct_sales'::regclass AND contype = 'f' AND convalidated";
    assert_eq!(fresh.one(keys).await, "4");
}

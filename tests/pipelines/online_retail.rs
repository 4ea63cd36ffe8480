//! Real invoices with known answers (UCI Online Retail, doi:10.1057/dbm.2012.17).

use std::sync::Arc;

use metalayer::core::Silent;
use metalayer::prelude::*;

use crate::retail::pipeline::Retail;
use crate::retail::totals::Totals;
use crate::sample_month::run;
use crate::support::{Fresh, data, settings};

/// Rows and amount of the valid rows before deduplication, from bronze.
const VALID: &str = "SELECT count(*) || ' ' || sum(quantity * unit_price) FROM bronze.sales \
    WHERE customer_id IS NOT NULL AND quantity > 0 AND unit_price > 0 AND invoice_no NOT LIKE 'C%'";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs METALAYER_DATA or ../shared/data"]
async fn the_known_answers() {
    let mut files = csv_files(data().join("online-retail")).await.unwrap();
    assert_eq!(files.len(), 305);
    let fresh = Fresh::migrated().await;
    let retail = Retail::open(&fresh.database, &settings()).await.unwrap();

    let mut bronze = Scorecard::default();
    for outcome in retail.bronze(&files, Arc::new(Silent)).await {
        let Ok(Outcome::Applied(receipt)) = outcome else {
            panic!("{outcome:?}")
        };
        bronze += &receipt.card;
    }
    assert_eq!((bronze.read, bronze.accepted), (541_909, 541_909));
    assert_eq!(
        fresh
            .one("SELECT count(*) || ' ' || sum(quantity * unit_price) FROM bronze.sales")
            .await,
        "541909 9747747.934"
    );
    assert_eq!(fresh.one(VALID).await, "397884 8911407.904");

    let silver = retail.silver(Arc::new(Silent)).await.unwrap();
    assert!(silver.held.is_empty(), "{:?}", silver.held);
    let card = silver.card();
    assert_eq!(
        (card.read, card.accepted, card.quarantined),
        (541_909, 392_692, 40)
    );
    let dropped = [
        ("cancellation", 8_905),
        ("duplicate", 5_192),
        ("no_customer", 135_080),
    ];
    assert_eq!(
        card.dropped,
        dropped
            .map(|(reason, count)| (reason.to_owned(), count))
            .into()
    );

    retail.gold(Arc::new(Silent)).await.unwrap();
    let totals = Totals::of(&fresh.database).await.unwrap();
    assert_eq!(
        (totals.silver_rows, totals.silver_amount.to_string()),
        (392_692, String::from("8887208.894"))
    );
    assert_eq!(
        (totals.gold_rows, totals.gold_amount),
        (totals.silver_rows, totals.silver_amount)
    );
    assert_eq!((totals.customers, totals.days), (4_338, 374));

    are_those_of_the_files(&fresh).await;

    let tables = fresh.digest().await;
    run(&retail, &files).await;
    assert_eq!(fresh.digest().await, tables);
    assert_eq!(fresh.one("SELECT count(*) FROM meta.load").await, "307");

    files.reverse();
    let other = Fresh::migrated().await;
    run(
        &Retail::open(&other.database, &settings()).await.unwrap(),
        &files,
    )
    .await;
    assert_eq!(other.digest().await, tables);
}

/// `python3 tests/figures/online_retail.py` makes them of the CSV files alone.
const FIGURES: &str = include_str!("../figures/online_retail.csv");

/// The same figures, as lines of the same form.
const FOUND: [&str; 4] = [
    "SELECT 'month', to_char(month, 'YYYY-MM'), lines, invoices, customers, quantity, revenue FROM gold.v_monthly_sales",
    "SELECT 'country', country, sum(lines), sum(invoices), sum(customers), sum(quantity), sum(amount) FROM gold.agg_sales_by_region GROUP BY country",
    "SELECT 'cohort', cohort || ' ' || to_char(to_date(cohort, 'YYYY-MM') + months_since * INTERVAL '1 month', 'YYYY-MM'), \
        '', '', customers, '', '' FROM gold.v_cohort_retention",
    "SELECT 'class', class, count(*), '', '', '', '' FROM gold.v_product_performance GROUP BY class",
];

async fn are_those_of_the_files(fresh: &Fresh) {
    let mut found = Vec::new();
    for query in FOUND {
        let lines = format!(
            "SELECT string_agg(concat_ws(',', a, b, c, d, e, f, g), E'\\n' ORDER BY b) FROM ({query}) AS v (a, b, c, d, e, f, g)"
        );
        found.push(fresh.one(&lines).await);
    }
    let (_, expected) = FIGURES.trim_end().split_once('\n').unwrap();
    assert_eq!(found.join("\n"), expected);
}

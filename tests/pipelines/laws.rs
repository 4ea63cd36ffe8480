//! The laws every load obeys: whatever the batch, the order or the split, the tables are the same.

use std::path::PathBuf;
use std::sync::Arc;

use metalayer::core::Silent;
use metalayer::prelude::*;

use crate::retail::pipeline::Retail;
use crate::sample_month::{month, run};
use crate::support::{Fresh, settings};

const CONSERVED: &str = "SELECT count(*) FROM meta.load WHERE rows_read <> rows_accepted + rows_quarantined + rows_dropped \
    OR state = 'loading' OR finished_at IS NULL";

async fn tables(files: &[PathBuf], settings: &Settings) -> String {
    let fresh = Fresh::migrated().await;
    let retail = Retail::open(&fresh.database, settings).await.unwrap();
    run(&retail, files).await;
    assert_eq!(fresh.one(CONSERVED).await, "0");
    fresh.digest().await
}

/// P18: a load in chunks of any size is that in one.
#[tokio::test(flavor = "multi_thread")]
async fn batch_size() {
    let (_folder, _, files) = month(600).await;
    let mut seen = Vec::new();
    for size in [1, 2, 7, 100, 5_000] {
        let settings = Settings {
            bronze_batch: size,
            silver_batch: size,
            ..settings()
        };
        seen.push(tables(&files, &settings).await);
    }
    assert!(seen.iter().all(|tables| *tables == seen[0]), "{seen:#?}");
    assert!(seen[0].contains("gold.fct_sales"), "{}", seen[0]);
}

/// P19, P20: files commute, and increments add up to one.
#[tokio::test(flavor = "multi_thread")]
async fn order_of_files_and_split_into_increments() {
    let (_folder, _, files) = month(900).await;
    let whole = tables(&files, &settings()).await;

    let mut backwards = files.clone();
    backwards.reverse();
    assert_eq!(tables(&backwards, &settings()).await, whole);

    // Every third day first, with a refresh after each part.
    let fresh = Fresh::migrated().await;
    let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
    for part in [2, 0, 1] {
        let part: Vec<PathBuf> = files.iter().skip(part).step_by(3).cloned().collect();
        run(&retail, &part).await;
    }
    assert_eq!(fresh.digest().await, whole);
}

/// A load that began earlier and commits later than one that was already taken in.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_commit_is_not_missed() {
    use metalayer::core::{Begun, Feed, Load, Scorecard, Store as _, Verdict};

    use crate::retail::sale::{Sale, bronze_rules};

    let (_folder, _, files) = month(600).await;
    let fresh = Fresh::migrated().await;
    let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
    let mut store = Store::new(
        &fresh.database,
        &Table::landing(Contract::of::<Sale>().unwrap()),
    );
    let mut feed = CsvFile::<Sale>::new(&files[0], bronze_rules().build().unwrap());
    let key = Feed::<metalayer::core::Encoded>::open(&mut feed)
        .await
        .unwrap();
    let Begun::Fresh(mut early) = store.begin(key).await.unwrap() else {
        panic!("a new file is fresh")
    };

    run(&retail, &files[1..]).await;

    let mut card = Scorecard::default();
    while let Some(chunk) = feed.next(early.id()).await.unwrap() {
        card += &chunk.card;
        early.write(chunk).await.unwrap();
    }
    early.publish(Verdict::Applied, card).await.unwrap();
    run(&retail, &[]).await;
    assert_eq!(fresh.digest().await, tables(&files, &settings()).await);
}

/// The gate judges each input by itself: a bad one is held, the others go on, and the next run skips it.
#[tokio::test(flavor = "multi_thread")]
async fn a_bad_input_is_held_alone() {
    let folder = tempfile::tempdir().unwrap();
    let header =
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
    let line = |invoice: u32, price: &str| {
        format!("{invoice},A,thing,1,2024-03-01 10:00:00,{price},17850.0,France\n")
    };
    let good: String = (0..20).map(|invoice| line(invoice, "1.50")).collect();
    let bad: String = (100..120)
        .map(|invoice| line(invoice, if invoice < 110 { "0" } else { "1.50" }))
        .collect();
    for (name, lines) in [("a.csv", &good), ("b.csv", &bad)] {
        std::fs::write(folder.path().join(name), format!("{header}{lines}")).unwrap();
    }
    let fresh = Fresh::migrated().await;
    let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
    let files = csv_files(folder.path()).await.unwrap();
    retail.bronze(&files, Arc::new(Silent)).await;
    let advance = retail.silver(Arc::new(Silent)).await.unwrap();
    assert_eq!(advance.applied.unwrap().card.accepted, 20);
    assert_eq!(advance.held[0].card.quarantined, 10);
    assert_eq!(fresh.one("SELECT count(*) FROM silver.sales").await, "20");
    assert_eq!(fresh.one("SELECT count(*) FROM meta.v_quarantine WHERE rule = 'unit_price.positive' AND source = 'b.csv'").await, "10");
    assert_eq!(
        fresh
            .one("SELECT reason FROM meta.load WHERE state = 'refused'")
            .await,
        "10 of 20 records quarantined (50.00 %), at most 5 % allowed"
    );
    assert_eq!(
        retail.silver(Arc::new(Silent)).await.unwrap(),
        metalayer::pg::Advance::default()
    );
    assert_eq!(fresh.one(CONSERVED).await, "0");
}

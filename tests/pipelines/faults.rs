//! The server or the connection fails in the middle of a load.

use std::path::{Path, PathBuf};

use metalayer::core::Kind;
use metalayer::prelude::*;
use ml_chaos::{Break, Fault, Message, Proxy};

use crate::retail::sale::{Sale, bronze_rules};
use crate::support::{Fresh, open};

fn day(folder: &Path) -> PathBuf {
    let mut text = String::from(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n",
    );
    for invoice in 1..=500 {
        text.push_str(&format!(
            "{invoice},A,thing,{},2024-03-01 10:00:00,1.50,17850.0,France\n",
            invoice % 7 + 1
        ));
    }
    let path = folder.join("day.csv");
    std::fs::write(&path, text).unwrap();
    path
}

fn table() -> Table {
    Table::landing(Contract::of::<Sale>().unwrap())
}

async fn load(path: &Path, store: &mut Store) -> Result<Outcome> {
    let mut feed = CsvFile::<Sale>::new(path, bronze_rules().build().unwrap()).chunk(100);
    Flow::new(Gate::default()).run(&mut feed, store).await
}

/// A database of which the first COMMIT is the last thing its connection does.
fn until_commit(proxy: &Proxy, at: Break) -> Database {
    proxy.plan(Fault {
        message: Message::Query("COMMIT"),
        at,
    });
    open(&proxy.url(), 4)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_without_an_answer_is_asked_about() {
    let folder = tempfile::tempdir().unwrap();
    let path = day(folder.path());
    let fresh = Fresh::migrated().await;
    fresh.database.create(&table()).await.unwrap();
    let proxy = Proxy::start(&fresh.url).await.unwrap();
    let mut store = Store::new(&until_commit(&proxy, Break::After), &table());
    let outcome = load(&path, &mut store).await.unwrap();
    assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
    let outcome = load(&path, &mut store).await.unwrap();
    assert!(matches!(outcome, Outcome::Replayed(_)), "{outcome:?}");
    assert_eq!(fresh.one("SELECT count(*) FROM bronze.sales").await, "500");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_never_arrived_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = day(folder.path());
    let fresh = Fresh::migrated().await;
    fresh.database.create(&table()).await.unwrap();
    let proxy = Proxy::start(&fresh.url).await.unwrap();
    let mut store = Store::new(&until_commit(&proxy, Break::Before), &table());
    let error = load(&path, &mut store).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Storage, "{error:?}");
    assert!(error.to_string().contains("rolled back"), "{error:?}");
    assert_eq!(fresh.one("SELECT count(*) FROM meta.load").await, "0");
    let outcome = load(&path, &mut store).await.unwrap();
    assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
    assert_eq!(fresh.one("SELECT count(*) FROM bronze.sales").await, "500");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_the_server_refuses_load_nothing_and_cost_the_connection() {
    let folder = tempfile::tempdir().unwrap();
    let path = day(folder.path());
    let fresh = Fresh::migrated().await;
    fresh.database.create(&table()).await.unwrap();
    fresh
        .run("ALTER TABLE bronze.sales ADD CONSTRAINT few CHECK (quantity < 7)")
        .await;
    let database = open(&fresh.url, 1);
    let mut store = Store::new(&database, &table());
    let error = load(&path, &mut store).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Storage, "{error:?}");
    assert!(
        error.chain().contains("\"few\"") && !error.chain().contains("17850"),
        "{error:?}"
    );
    assert_eq!(fresh.one("SELECT count(*) FROM meta.load").await, "0");
    fresh
        .run("ALTER TABLE bronze.sales DROP CONSTRAINT few")
        .await;
    let outcome = load(&path, &mut store).await.unwrap();
    assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
    drop(store);
    assert_eq!(
        database
            .client()
            .await
            .unwrap()
            .query_one("SELECT 42", &[])
            .await
            .unwrap()
            .get::<_, i32>(0),
        42
    );
}

/// More is held back than may wait in memory, and only the last rows decide that the load is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_quarantine_too_big_to_wait_is_written_and_the_rows_still_go() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("day.csv");
    let mut text = String::from(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n",
    );
    let long = "x".repeat(30_000);
    for invoice in 1..=800 {
        let (price, description) = if invoice % 2 == 0 {
            ("none", long.as_str())
        } else {
            ("1.50", "thing")
        };
        text.push_str(&format!(
            "{invoice},A,{description},1,2024-03-01 10:00:00,{price},17850.0,France\n"
        ));
    }
    std::fs::write(&path, text).unwrap();
    let fresh = Fresh::migrated().await;
    fresh.database.create(&table()).await.unwrap();
    let proxy = Proxy::start(&fresh.url).await.unwrap();
    let mut store = Store::new(&open(&proxy.url(), 1), &table());
    let outcome = load(&path, &mut store).await.unwrap();
    assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
    // those of the rows and of the quarantine, twice each
    let types = proxy.message_types();
    let copies = types.iter().filter(|ty| **ty == 'c').count();
    assert_eq!(copies, 4, "{types:?}");
    assert_eq!(fresh.one("SELECT count(*) FROM bronze.sales").await, "0");
    assert_eq!(
        fresh.one("SELECT count(*) FROM meta.quarantine").await,
        "400"
    );

    let mut feed = CsvFile::<Sale>::new(&path, bronze_rules().build().unwrap()).chunk(100);
    let outcome = Flow::new(Gate::off())
        .run(&mut feed, &mut store)
        .await
        .unwrap();
    assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
    assert_eq!(fresh.one("SELECT count(*) FROM bronze.sales").await, "400");
    assert_eq!(
        fresh.one("SELECT count(*) FROM meta.quarantine").await,
        "800"
    );
}

//! The UCI Online Retail files, 541,909 real records, against figures counted with Python and DuckDB.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::PathBuf;

use ml_bronze::{CsvFile, csv_files};
use ml_core::{Flow, Gate, Memory, Record, Scorecard};
use ml_quality::{RuleSet, TextRules};

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.retail")]
struct Sale {
    #[column(name = "InvoiceNo", critical)]
    invoice: String,
    #[column(name = "StockCode")]
    stock: String,
    #[column(name = "Description")]
    description: Option<String>,
    #[column(name = "Quantity")]
    quantity: i32,
    #[column(name = "InvoiceDate")]
    at: chrono::NaiveDateTime,
    #[column(name = "UnitPrice")]
    price: rust_decimal::Decimal,
    #[column(name = "CustomerID")]
    customer: Option<String>,
    #[column(name = "Country")]
    country: String,
}

fn folder() -> PathBuf {
    let shared = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let data = std::env::var_os("METALAYER_DATA").map_or_else(|| shared.into(), PathBuf::from);
    data.join("online-retail")
}

#[tokio::test]
#[ignore = "needs METALAYER_DATA or ../shared/data"]
async fn every_record_of_the_real_files_is_read() {
    let rules = RuleSet::<Sale>::new().quarantine(Sale::INVOICE.not_blank());
    let judge = rules.build().unwrap();
    let (mut store, mut card) = (Memory::<Sale>::default(), Scorecard::default());
    let files = csv_files(folder()).await.unwrap();
    for file in &files {
        let mut feed = CsvFile::new(file, judge.clone());
        let outcome = Flow::new(Gate::default())
            .run(&mut feed, &mut store)
            .await
            .unwrap();
        card += &outcome.receipt().unwrap().card;
    }
    assert_eq!(
        (files.len(), card.read, card.accepted),
        (305, 541_909, 541_909)
    );
    let rows = store.rows();
    let count = |is: fn(&Sale) -> bool| rows.iter().filter(|row| is(&row.record)).count();
    assert_eq!(count(|sale| sale.customer.is_none()), 135_080);
    assert_eq!(count(|sale| sale.description.is_none()), 1_454);
    assert_eq!(count(|sale| sale.quantity < 0), 10_624);
    assert_eq!(count(|sale| sale.price.is_zero()), 2_515);
    assert_eq!(count(|sale| sale.invoice.starts_with('C')), 9_288);
    assert!(
        rows.iter()
            .all(|row| !row.record.stock.is_empty() && !row.record.country.is_empty())
    );
    let first = rows.iter().map(|row| row.record.at).min().unwrap();
    assert_eq!(first.to_string(), "2010-12-01 08:26:00");
}

//! Law: a struct and a run-time row give the same tables, the same quarantine and the same counts.

use metalayer::core::{Encoded, Feed, Row};
use metalayer::prelude::*;

use crate::orders::file::Sample;
use crate::orders::order::{self, Order};
use crate::support::Fresh;

/// Everything a load leaves, whatever it is called.
const LEFT: [&str; 4] = [
    "SELECT string_agg(orders::text, E'\\n' ORDER BY _record_no) FROM bronze.orders",
    "SELECT string_agg(held::text, E'\\n' ORDER BY record_no) FROM meta.quarantine AS held",
    "SELECT string_agg(concat_ws(' ', rule, action, violations), E'\\n' ORDER BY rule) FROM meta.rule_result",
    "SELECT concat_ws(' ', source, source_sha256, state, rows_read, rows_accepted, rows_quarantined, quarantine_kept) FROM meta.load",
];

async fn left_by(mut feed: impl Feed<Encoded>) -> Vec<String> {
    let fresh = Fresh::migrated().await;
    let table = Table::landing(Contract::of::<Order>().unwrap());
    fresh.database.create(&table).await.unwrap();
    let mut store = Store::new(&fresh.database, &table);
    let outcome = Flow::new(Gate::off()).run(&mut feed, &mut store).await;
    assert!(matches!(outcome, Ok(Outcome::Applied(_))), "{outcome:?}");
    let mut left = Vec::new();
    for query in LEFT {
        left.push(fresh.one(query).await);
    }
    left
}

#[tokio::test(flavor = "multi_thread")]
async fn typed_and_run_time_records_are_one() {
    let folder = tempfile::tempdir().unwrap();
    let sample = Sample::write(folder.path().join("orders.csv"), 3_000, 250);
    assert_eq!(sample.bad, 750);
    let typed = CsvFile::<Order>::new(&sample.path, order::rules()).chunk(700);
    let contract = order::contract();
    let (blank, rules) = (Row::new(contract.clone()), order::rules_of_file(&contract));
    let run_time = CsvFile::with_contract(&sample.path, contract, blank, rules).chunk(700);
    let (typed, run_time) = (left_by(typed).await, left_by(run_time).await);
    for (typed, run_time) in typed.iter().zip(&run_time) {
        let mut lines = typed.lines().zip(run_time.lines());
        assert_eq!(lines.find(|(typed, run_time)| typed != run_time), None);
        assert_eq!(typed.lines().count(), run_time.lines().count());
    }
    assert_eq!(typed[0].lines().count() as u64, sample.good());
    assert_eq!(typed[1].lines().count() as u64, sample.bad);
    // None of the faults that were planted goes unnoticed.
    for rule in [
        "csv.quote",
        "csv.width",
        "quantity.decode",
        "quantity.range",
        "region.one_of",
        "product.not_blank",
    ] {
        let line = |line: &&str| line.starts_with(&format!("{rule} quarantine "));
        let line = typed[2].lines().find(line).unwrap();
        assert!(!line.ends_with(" 0"), "{line}");
    }
}

//! C9: how many bad records a load may have, wherever they stand in it.

use metalayer::core::Verdict;
use metalayer::prelude::*;
use ml_chaos::Proxy;

use crate::guests::{Guest, hotel, load, seen, table, written};
use crate::support::{Fresh, open};

/// A database after a load of lines under a gate, and what came of it.
async fn after(lines: &str, gate: Gate) -> (Fresh, Outcome) {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "guests.csv", lines);
    let fresh = hotel().await;
    let mut store = Store::new(&fresh.database, &table());
    let outcome = load(&path, &mut store, gate).await.unwrap();
    (fresh, outcome)
}

/// So many records, of which those are bad.
fn lines(records: u32, is_bad: impl Fn(u32) -> bool) -> String {
    let nights = |id| if is_bad(id) { 0 } else { 2 };
    (0..records)
        .map(|id| format!("{id},guest {id},{}\n", nights(id)))
        .collect()
}

fn refused(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Refused(receipt) => match &receipt.verdict {
            Verdict::Refused(why) => why,
            Verdict::Applied => "applied",
        },
        other => panic!("{other:?}"),
    }
}

/// What the ledger says: state, read, accepted, quarantined, kept; and how many are in the quarantine.
async fn ledger(fresh: &Fresh) -> String {
    const LEDGER: &str = "SELECT concat_ws(' ', state, rows_read, rows_accepted, rows_quarantined, quarantine_kept, \
        (SELECT count(*) FROM meta.quarantine)) FROM meta.load";
    fresh.one(LEDGER).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_all_bad_leaves_its_quarantine_and_no_row() {
    let (fresh, outcome) = after(&lines(3_000, |_| true), Gate::default()).await;
    assert_eq!(
        refused(&outcome),
        "3000 records quarantined, at most 1000 allowed"
    );
    assert_eq!(seen(&fresh).await, "0");
    assert_eq!(ledger(&fresh).await, "refused 3000 0 3000 3000 3000");
    let (fresh, outcome) = after(&lines(3_000, |_| true), Gate::off()).await;
    assert!(matches!(outcome, Outcome::Applied(_)));
    assert_eq!(
        (seen(&fresh).await, ledger(&fresh).await),
        ("0".into(), "applied 3000 0 3000 3000 3000".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn half_of_a_file_is_too_much_by_its_share() {
    let half = lines(1_000, |id| id % 2 == 0);
    let (fresh, outcome) = after(&half, Gate::default()).await;
    assert_eq!(
        refused(&outcome),
        "500 of 1000 records quarantined (50.00 %), at most 5 % allowed"
    );
    assert_eq!(
        (seen(&fresh).await, ledger(&fresh).await),
        ("0".into(), "refused 1000 500 500 500 500".into())
    );
    let half_is_fine = Gate {
        share: 0.5,
        ..Gate::default()
    };
    let (fresh, outcome) = after(&half, half_is_fine).await;
    assert!(matches!(outcome, Outcome::Applied(_)));
    assert_eq!(
        (seen(&fresh).await, ledger(&fresh).await),
        ("500".into(), "applied 1000 500 500 500 500".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_record_counts_as_the_first() {
    let last = lines(5_000, |id| id == 4_999);
    let (fresh, outcome) = after(&last, Gate::default()).await;
    assert!(matches!(outcome, Outcome::Applied(_)));
    assert_eq!(
        (seen(&fresh).await, ledger(&fresh).await),
        ("4999".into(), "applied 5000 4999 1 1 1".into())
    );
    let none = Gate {
        records: 0,
        ..Gate::off()
    };
    let (fresh, outcome) = after(&last, none).await;
    assert_eq!(
        refused(&outcome),
        "1 records quarantined, at most 0 allowed"
    );
    assert_eq!(
        (seen(&fresh).await, ledger(&fresh).await),
        ("0".into(), "refused 5000 4999 1 1 1".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limits_themselves_are_allowed() {
    let gate = Gate {
        share: 1.0,
        records: 250,
    };
    let (fresh, _) = after(&lines(1_000, |id| id < 250), gate).await;
    assert_eq!(ledger(&fresh).await, "applied 1000 750 250 250 250");
    let (fresh, _) = after(&lines(1_000, |id| id <= 250), gate).await;
    assert_eq!(ledger(&fresh).await, "refused 1000 749 251 251 251");
    assert_eq!(seen(&fresh).await, "0");
}

/// A rule that aborts, violated by the last of 5,000 records, when the others were sent already.
#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_aborts_takes_back_what_was_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "guests.csv", &lines(5_000, |id| id == 4_999));
    let fresh = hotel().await;
    let rules = RuleSet::<Guest>::new().quarantine(Guest::ID.at_least(0));
    let judge = rules.abort(Guest::NIGHTS.at_least(1)).build().unwrap();
    let mut feed = CsvFile::new(&path, judge).chunk(100);
    let mut store = Store::new(&fresh.database, &table());
    let outcome = Flow::new(Gate::off())
        .run(&mut feed, &mut store)
        .await
        .unwrap();
    assert!(
        refused(&outcome).starts_with("rule nights.range aborts"),
        "{outcome:?}"
    );
    assert_eq!(seen(&fresh).await, "0");
    assert!(
        ledger(&fresh).await.starts_with("refused 5000 "),
        "{}",
        ledger(&fresh).await
    );
}

/// What is lost already is not sent.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_rule_that_aborts_no_row_is_sent() {
    let fresh = hotel().await;
    let proxy = Proxy::start(&fresh.url).await.unwrap();
    let rules = RuleSet::<Guest>::new().quarantine(Guest::ID.at_least(0));
    let judge = rules.abort(Guest::NIGHTS.at_least(1)).build().unwrap();
    let text = format!("id,name,nights\n{}", lines(5_000, |id| id == 0));
    let feed = CsvFile::new("guests.csv", judge).chunk(100);
    let mut store = Store::new(&open(&proxy.url(), 1), &table());
    let outcome = Flow::new(Gate::off())
        .run(&mut feed.reading(std::io::Cursor::new(text)), &mut store)
        .await
        .unwrap();
    assert!(
        refused(&outcome).starts_with("rule nights.range aborts"),
        "{outcome:?}"
    );
    let types = proxy.message_types();
    let pieces = types.iter().filter(|ty| **ty == 'd').count();
    assert!(pieces < 10, "{pieces} pieces for 50 chunks: {types:?}");
}

//! Files as they come: through [`ml_core::Flow`] into memory, and refused with a message that says what to do.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ml_bronze::CsvFile;
use ml_core::{
    Contract, Error, Feed, Flow, Gate, Judged, Kind, LoadId, LoadKey, Located, Memory, Outcome,
    Record, Row, Verdict,
};
use ml_quality::{ColumnRules, Judge, RuleSet};
use tempfile::TempDir;

#[derive(Debug, Clone, PartialEq, Record)]
#[record(dataset = "bronze.orders", grain = "id")]
struct Order {
    #[column(name = "OrderId", critical)]
    id: i64,
    note: Option<String>,
}

fn judge() -> Judge<Order> {
    let rules = RuleSet::<Order>::new().quarantine(Order::ID.at_least(1));
    rules.build().unwrap()
}

fn file(content: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.csv");
    fs::write(&path, content).unwrap();
    (folder, path)
}

type Rows = Vec<Located<Order>>;

async fn open(feed: &mut CsvFile<Order>) -> ml_core::Result<LoadKey> {
    Feed::<Rows>::open(feed).await
}

async fn next(feed: &mut CsvFile<Order>) -> ml_core::Result<Option<Judged<Rows>>> {
    feed.next(LoadId(1)).await
}

async fn refusal(path: &Path) -> Error {
    let mut store = Memory::<Order>::default();
    let (flow, mut feed) = (Flow::new(Gate::default()), CsvFile::new(path, judge()));
    let error = flow.run(&mut feed, &mut store).await.unwrap_err();
    let ledger = store.ledger();
    assert!(matches!(&ledger[0].receipt.verdict, Verdict::Refused(why) if *why == error.chain()));
    error
}

#[tokio::test]
async fn a_file_is_loaded_once_whatever_its_name() {
    let (folder, path) = file(b"OrderId,note\n1,a\n0,b\n2,c\n");
    let mut store = Memory::<Order>::default();
    let flow = Flow::new(Gate::off());
    let outcome = flow
        .run(&mut CsvFile::new(&path, judge()), &mut store)
        .await
        .unwrap();
    let Outcome::Applied(receipt) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(
        (
            receipt.card.read,
            receipt.card.accepted,
            receipt.card.quarantined
        ),
        (3, 2, 1)
    );
    assert_eq!(receipt.card.rules["csv.quote"].violations, 0);
    assert_eq!(store.ledger()[0].key.source, "orders.csv");
    let held = &store.held()[0];
    assert_eq!(
        (held.raw.as_slice(), held.raw_len, held.at.load),
        (&b"0,b"[..], 3, receipt.load)
    );
    let renamed = folder.path().join("again.csv");
    fs::rename(path, &renamed).unwrap();
    let again = flow
        .run(&mut CsvFile::new(&renamed, judge()), &mut store)
        .await
        .unwrap();
    assert_eq!(again, Outcome::Replayed(receipt.load));
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_entered() {
    let (folder, empty) = file(b"");
    for (path, say) in [
        (empty, "orders.csv: it is empty"),
        (folder.path().join("x.csv"), "x.csv: check its name"),
        (folder.path().to_owned(), "it is a folder"),
        (
            folder.path().join("orders.csv/x.csv"),
            "x.csv: check its name",
        ),
        (
            PathBuf::from("/dev/null"),
            "/dev/null: it is no regular file",
        ),
    ] {
        let error = refusal(&path).await;
        assert_eq!(error.kind(), Kind::Source);
        assert!(error.to_string().contains(say), "{error}");
    }
    let (_folder, headless) = file(b"1,a\n");
    assert_eq!(refusal(&headless).await.kind(), Kind::Contract);
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_read_is_refused() {
    let (_folder, path) = file(b"OrderId,note\n1,a\n2,b\n");
    let mut feed = CsvFile::new(&path, judge()).chunk(0);
    open(&mut feed).await.unwrap();
    fs::write(&path, b"OrderId,note\n1,a\n2,b\n3,c\n").unwrap();
    let error = loop {
        match next(&mut feed).await {
            Ok(chunk) => assert!(chunk.is_some()),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), Kind::Source);
    assert!(
        error.to_string().contains("changed while it was read"),
        "{error}"
    );
    open(&mut feed).await.unwrap();
    let mut read = 0;
    while let Some(chunk) = next(&mut feed).await.unwrap() {
        read += chunk.card.read;
    }
    assert_eq!(read, 3);
}

#[tokio::test]
async fn a_feed_is_opened_first_and_ends_for_good() {
    let (_folder, path) = file(b"OrderId,note\n");
    let mut feed = CsvFile::new(&path, judge()).named("orders of today");
    assert_eq!(next(&mut feed).await.unwrap_err().kind(), Kind::Config);
    assert_eq!(open(&mut feed).await.unwrap().source, "orders of today");
    assert_eq!(next(&mut feed).await.unwrap().unwrap().card.read, 0);
    assert!(next(&mut feed).await.unwrap().is_none());
    assert!(next(&mut feed).await.unwrap().is_none());
}

#[tokio::test]
async fn other_rules_or_columns_are_another_load_of_the_same_content() {
    let (_folder, path) = file(b"OrderId,note\n1,a\n");
    let key = open(&mut CsvFile::new(&path, judge())).await.unwrap();
    let looser = RuleSet::<Order>::new()
        .warn(Order::ID.at_least(1))
        .build()
        .unwrap();
    let other = open(&mut CsvFile::new(&path, looser)).await.unwrap();
    assert_eq!(key.sha256, other.sha256);
    assert_ne!(key.rules, other.rules);
    let mut contract = Contract::of::<Order>().unwrap();
    contract.columns[1].personal = true;
    let contract = Arc::new(contract);
    let rules =
        RuleSet::<Row>::new().quarantine(ml_quality::rule("any", 1, |_: &Row| true).reading("id"));
    let judge = rules.build_for(&contract).unwrap();
    let blank = Row::new(Arc::clone(&contract));
    let mut feed = CsvFile::with_contract(&path, contract, blank, judge);
    let key = Feed::<Vec<Located<Row>>>::open(&mut feed).await.unwrap();
    assert_ne!(key.rules, other.rules);
}

#[tokio::test]
async fn a_contract_known_at_run_time_reads_the_same() {
    let (_folder, path) = file(b"note,OrderId\n,1\nb,x\n\"c\nd\",3\n");
    let contract = Arc::new(Contract::of::<Order>().unwrap());
    let rule = ml_quality::rule("any", 1, |_: &Row| true).reading("id");
    let judge = RuleSet::<Row>::new()
        .quarantine(rule)
        .build_for(&contract)
        .unwrap();
    let blank = Row::new(Arc::clone(&contract));
    let mut feed = CsvFile::with_contract(&path, contract, blank, judge.clone());
    Feed::<Vec<Located<Row>>>::open(&mut feed).await.unwrap();
    let chunk: Judged<Vec<Located<Row>>> = feed.next(LoadId(1)).await.unwrap().unwrap();
    assert_eq!(chunk.rows.len(), 2);
    assert_eq!(chunk.held[0].violations[0].rule, "id.decode");
    let mut other = Contract::of::<Order>().unwrap();
    other.columns.pop();
    let stranger = Row::new(Arc::new(other.clone()));
    let mut feed = CsvFile::with_contract(
        &path,
        Arc::new(Contract::of::<Order>().unwrap()),
        stranger,
        judge,
    );
    let error = Feed::<Vec<Located<Row>>>::open(&mut feed)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
}

#[derive(Debug, Clone, PartialEq, Record)]
#[record(dataset = "bronze.bookings")]
struct Booking {
    #[column(critical)]
    id: i64,
    #[column(decimal = ",", thousands = ".")]
    amount: rust_decimal::Decimal,
    #[column(null = "NA", null = "-")]
    note: Option<String>,
    #[column(format = "%d.%m.%Y")]
    day: chrono::NaiveDate,
}

/// B10, C1, C2, C4: values in the notation of their columns, known at compile time and read from a file.
#[tokio::test]
async fn values_are_read_in_the_notation_of_their_columns() {
    let text = "id;amount;note;day\n1;1.234,50;NA;01.02.2024\n2;0,5;;29.02.2024\n3;1.50;x;01.02.2024\n4;1.23,4;-;01.02.2024\n5;1;y;29.02.2023\n6;1,0;-;2024-02-01\n1.000;1;-;01.02.2024\n";
    let dialect = ml_bronze::Dialect::csv().delimiter(b';');
    let rules = RuleSet::<Booking>::new().quarantine(Booking::ID.at_least(1));
    let feed = CsvFile::new("bookings", rules.build().unwrap()).dialect(dialect.clone());
    let mut feed = feed.reading(text.as_bytes());
    Feed::<Vec<Located<Booking>>>::open(&mut feed)
        .await
        .unwrap();
    let typed: Judged<Vec<Located<Booking>>> = feed.next(LoadId(1)).await.unwrap().unwrap();
    let rows: Vec<_> = typed
        .rows
        .iter()
        .map(|row| {
            let Booking {
                id,
                amount,
                note,
                day,
            } = &row.record;
            format!("{id} {amount} {note:?} {day}")
        })
        .collect();
    assert_eq!(
        rows,
        ["1 1234.50 None 2024-02-01", "2 0.5 Some(\"\") 2024-02-29"]
    );
    let rules = |held: &[ml_core::Held]| {
        held.iter()
            .map(|held| held.violations[0].rule.clone())
            .collect::<Vec<_>>()
    };
    let expected = [
        "amount.decode",
        "amount.decode",
        "day.decode",
        "day.decode",
        "id.decode",
    ];
    assert_eq!(rules(&typed.held), expected);

    let json = serde_json::to_string(&Contract::of::<Booking>().unwrap()).unwrap();
    assert!(
        json.contains(r#""notation":{"decimal":",","thousands":"."}"#),
        "{json}"
    );
    let contract: Contract = serde_json::from_str(&json).unwrap();
    assert_eq!(contract, Contract::of::<Booking>().unwrap());
    let contract = Arc::new(contract);
    let rule = ml_quality::rule("any", 1, |_: &Row| true).reading("id");
    let judge = RuleSet::<Row>::new()
        .quarantine(rule)
        .build_for(&contract)
        .unwrap();
    let blank = Row::new(Arc::clone(&contract));
    let feed = CsvFile::with_contract("bookings", contract, blank, judge).dialect(dialect);
    let mut feed = feed.reading(text.as_bytes());
    Feed::<Vec<Located<Row>>>::open(&mut feed).await.unwrap();
    let untyped: Judged<Vec<Located<Row>>> = feed.next(LoadId(1)).await.unwrap().unwrap();
    assert_eq!(untyped.held, typed.held);
    for (row, typed) in untyped.rows.iter().zip(&typed.rows) {
        use ml_core::Fields as _;
        assert!((0..4).all(|ordinal| row.record.field(ordinal).to_value()
            == typed.record.field(ordinal).to_value()));
    }
}

/// What an observer saw of a source's bytes.
#[derive(Debug, Default)]
struct Seen(std::sync::Mutex<Vec<ml_core::Progress>>);

#[async_trait::async_trait]
impl ml_core::Observer for Seen {
    async fn see(&self, event: ml_core::Event<'_>) {
        if let ml_core::Event::Judged {
            progress: Some(progress),
            ..
        } = event
        {
            self.0.lock().unwrap().push(progress);
        }
    }
}

#[tokio::test]
async fn an_observer_sees_how_many_bytes_were_read() {
    let content = [b"OrderId,note\n".as_slice(), &b"1,abc\n".repeat(100_000)].concat();
    let (_folder, path) = file(&content);
    let seen = Arc::new(Seen::default());
    let flow = Flow::new(Gate::off()).observer(Arc::clone(&seen) as Arc<dyn ml_core::Observer>);
    let mut store = Memory::<Order>::default();
    flow.run(&mut CsvFile::new(&path, judge()).chunk(20_000), &mut store)
        .await
        .unwrap();
    let seen = seen.0.lock().unwrap();
    let total = content.len() as u64;
    assert!(seen.len() >= 5 && seen.iter().all(|progress| progress.total == Some(total)));
    assert!(seen.is_sorted_by_key(|progress| progress.read) && seen[0].read < total);
    assert_eq!(seen.last().unwrap().read, total);
}

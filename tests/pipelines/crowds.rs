//! J1, J2, J3: many processes on one file, and many files at once through a small pool.
//!
//! J5, one surrogate for a key that many load at once, is `refreshes::writers`; J1 for a content whose hash is known only at
//! its end is `conformance`.

use std::env;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use metalayer::core::{ColumnDef, Records, Row, Type, Value};
use metalayer::prelude::*;

use crate::aftermath::{Reader, has_guests, is_whole, percentile};
use crate::chaos_example::check::{Check, Reach};
use crate::guests::{file, hotel, load, table};
use crate::killer;
use crate::support::{Fresh, open};

/// What the child is told.
const FILE: &str = "ML_CROWD_FILE";
const GUESTS: u32 = 500;

/// Not a test of its own: what the copies of this program do.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(child) = killer::told() else {
        return;
    };
    let path = PathBuf::from(env::var_os(FILE).unwrap());
    let mut store = Store::new(&open(&child.url, 1), &table());
    let began = Instant::now();
    while let Outcome::Busy(holder) = load(&path, &mut store, Gate::default()).await.unwrap() {
        assert!(began.elapsed() < Duration::from_secs(60), "{holder:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn processes(count: u64) {
    let began = Instant::now();
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "guests.csv", GUESTS);
    let fresh = hotel().await;
    let reader = Reader::start(
        &fresh.url,
        "bronze.guests",
        &[("SELECT count(*) FROM bronze.guests", i64::from(GUESTS))],
    );
    let told = [(FILE, path.to_str().unwrap())];
    let children: Vec<_> = (0..count)
        .map(|_| killer::spawn("crowds::child", &fresh.url, None, &told))
        .collect();
    for mut child in children {
        assert!(killer::has_ended(&mut child).await);
    }
    let snapshots = reader.stop().await;
    has_guests(&fresh.url, i64::from(GUESTS)).await;
    assert_eq!(fresh.one("SELECT count(*) FROM meta.load").await, "1");
    println!("J1: {count} processes, one load; {snapshots} snapshots, none torn");
    let name = "processes at once on one file";
    Check::held(name, Reach::AtRandom, count, began).tell();
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_on_one_file() {
    processes(8).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn fifty_processes_on_one_file_for_long() {
    processes(50).await;
}

/// What a load waited for a connection, and took in all.
struct Took {
    waited: Duration,
    whole: Duration,
}

/// All at once, each with a store of its own that gives its connection back.
async fn at_once(
    database: &Database,
    loads: impl Iterator<Item = (Table, Records<Row>)>,
) -> Vec<Took> {
    let mut all = tokio::task::JoinSet::new();
    let began = Instant::now();
    for (table, mut feed) in loads {
        let mut store = Store::new(database, &table);
        let begun = Arc::new(std::sync::OnceLock::new());
        let flow = Flow::new(Gate::default()).observer(Arc::new(Begins(Arc::clone(&begun))));
        all.spawn(async move {
            let outcome = flow.run(&mut feed, &mut store).await.unwrap();
            assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
            let waited = *begun.get().unwrap() - began;
            let whole = began.elapsed();
            Took { waited, whole }
        });
    }
    all.join_all().await
}

/// When a load begins.
struct Begins(Arc<std::sync::OnceLock<Instant>>);

#[async_trait::async_trait]
impl Observer for Begins {
    async fn see(&self, event: Event<'_>) {
        if let Event::Begun { .. } = event {
            let _ = self.0.set(Instant::now());
        }
    }
}

fn contract(name: &str) -> Contract {
    let contract = Contract {
        dataset: name.parse().unwrap(),
        columns: vec![ColumnDef {
            name: "id".into(),
            header: "id".into(),
            ..ColumnDef::of("", Type::Int8)
        }],
        grain: Vec::new(),
    };
    contract.checked().unwrap()
}

/// A hundred ids that no other has.
fn feed(contract: &Contract, nth: i64) -> Records<Row> {
    let contract = Arc::new(contract.clone());
    let row = |id| {
        let mut row = Row::new(Arc::clone(&contract));
        row.set(0, Value::Int(id)).unwrap();
        row
    };
    let rows = (nth * 100..nth * 100 + 100).map(row).collect();
    Records::new(format!("{nth}"), rows).chunk(30)
}

fn tell(what: &str, took: Vec<Took>, snapshots: u64) {
    let mut whole: Vec<Duration> = took.iter().map(|took| took.whole).collect();
    let mut waited: Vec<Duration> = took.iter().map(|took| took.waited).collect();
    println!(
        "J2: 100 loads into {what}, pool 10: each p99 {:?}, waited p99 {:?}; {snapshots} snapshots, none torn",
        percentile(&mut whole, 99),
        percentile(&mut waited, 99)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_loads_into_one_table() {
    let fresh = Fresh::migrated().await;
    let contract = contract("bronze.crowd");
    let table = Table::landing(contract.clone());
    fresh.database.create(&table).await.unwrap();
    let reader = Reader::start(&fresh.url, "bronze.crowd", &[]);
    let loads = (0..100).map(|nth| (table.clone(), feed(&contract, nth)));
    let took = at_once(&open(&fresh.url, 10), loads).await;
    tell("one table", took, reader.stop().await);
    is_whole(&fresh.url, "bronze.crowd").await;
    let ids = "SELECT count(*) || ' ' || count(DISTINCT id) FROM bronze.crowd";
    assert_eq!(fresh.one(ids).await, "10000 10000");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_loads_into_a_hundred_tables() {
    let fresh = Fresh::migrated().await;
    let contracts: Vec<Contract> = (0..100)
        .map(|nth| contract(&format!("bronze.crowd_{nth}")))
        .collect();
    for contract in &contracts {
        let table = Table::landing(contract.clone());
        fresh.database.create(&table).await.unwrap();
    }
    let reader = Reader::start(&fresh.url, "bronze.crowd_50", &[]);
    let loads = contracts.iter().zip(0..);
    let loads =
        loads.map(|(contract, nth)| (Table::landing(contract.clone()), feed(contract, nth)));
    let took = at_once(&open(&fresh.url, 10), loads).await;
    tell("100 tables", took, reader.stop().await);
    for nth in [0, 50, 99] {
        let table = format!("bronze.crowd_{nth}");
        is_whole(&fresh.url, &table).await;
        let ids = format!("SELECT count(*) || ' ' || min(id) FROM {table}");
        assert_eq!(fresh.one(&ids).await, format!("100 {}", nth * 100));
    }
}

//! A typed, validated, hashed, ledgered load at several chunk sizes, against a raw `COPY … CSV` that checks nothing.
//!
//! `cargo bench --bench chunked_load` starts its own server. After criterion's times it prints one line a chunk size,
//! `load_vs_copy_csv/<chunk>: <ratio>`: good rows per second of the load over those of the raw COPY, the median of
//! pairs that take turns in going first. The raw table is the same, index included.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::NaiveDateTime;
use criterion::{BenchmarkId, Criterion, Throughput};
use futures_util::SinkExt;
use metalayer::prelude::*;
use ml_embed::Cluster;
use rust_decimal::{Decimal, dec};
use tokio::runtime::Runtime;

const ROWS: u64 = 200_000;
const CHUNKS: [usize; 3] = [1_000, 10_000, 50_000];
const PAIRS: usize = 7;

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.orders")]
struct Order {
    #[column(critical)]
    order_id: i64,
    customer_id: i64,
    email: Pii<Option<String>>,
    region: String,
    product: String,
    quantity: i32,
    #[column(critical)]
    amount: Decimal,
    ordered_at: NaiveDateTime,
}

fn rules() -> Judge<Order> {
    let rules = RuleSet::<Order>::new()
        .quarantine(Order::ORDER_ID.at_least(1))
        .quarantine(Order::CUSTOMER_ID.at_least(1))
        .quarantine(Order::EMAIL.is_email())
        .quarantine(Order::REGION.one_of(["Europe", "Asia Pacific", "North America"]))
        .quarantine(Order::PRODUCT.not_blank())
        .quarantine(Order::PRODUCT.length(1, 100))
        .quarantine(Order::QUANTITY.between(1, 1_000))
        .quarantine(Order::AMOUNT.between(dec!(0.01), dec!(100_000)));
    rules.build().unwrap()
}

/// Eight columns, about 90 bytes a row, every row good.
fn file(folder: &Path) -> PathBuf {
    let regions = ["Europe", "Asia Pacific", "North America"];
    let mut text =
        String::from("order_id,customer_id,email,region,product,quantity,amount,ordered_at\n");
    for row in 1..=ROWS {
        let (customer, region, cents) = (
            row * 7_919 % 50_000 + 1,
            regions[row as usize % 3],
            row * 31 % 99,
        );
        let product = if row.is_multiple_of(10) {
            "\"Lantern, \"\"large\"\"\""
        } else {
            "White metal lantern"
        };
        writeln!(
            text,
            "{row},{customer},user{customer}@example.com,{region},{product},{},{}.{cents:02},2024-03-{:02} {:02}:15:00",
            row % 12 + 1,
            row % 500 + 1,
            row % 28 + 1,
            row % 24
        )
        .unwrap();
    }
    let path = folder.join("orders.csv");
    std::fs::write(&path, text).unwrap();
    path
}

/// Everything a measurement needs.
struct Bench {
    runtime: Runtime,
    database: Database,
    table: Table,
    path: PathBuf,
    content: Bytes,
    rules: Judge<Order>,
}

const EMPTY: &str = "TRUNCATE bronze.orders, bronze.raw; \
    TRUNCATE meta.load, meta.rule_result, meta.drop_result, meta.loser, meta.quarantine, meta.consumed, meta.lineage, meta.warehouse";
const RAW: &str = "CREATE TABLE bronze.raw (LIKE bronze.orders INCLUDING ALL); \
    ALTER TABLE bronze.raw ALTER \"_load_id\" SET DEFAULT 1, ALTER \"_record_no\" SET DEFAULT 1";
const COPY: &str = "COPY bronze.raw (order_id, customer_id, email, region, product, quantity, amount, ordered_at) \
    FROM STDIN (FORMAT csv, HEADER)";

impl Bench {
    fn new(cluster: &Cluster, folder: &Path) -> Self {
        let runtime = Runtime::new().unwrap();
        let path = file(folder);
        let content = Bytes::from(std::fs::read(&path).unwrap());
        let table = Table::landing(Contract::of::<Order>().unwrap());
        let database =
            Database::open(&Config::new(&cluster.url("postgres").into()).unwrap()).unwrap();
        runtime.block_on(async {
            database.migrate().await.unwrap();
            database.create(&table).await.unwrap();
            database
                .client()
                .await
                .unwrap()
                .batch_execute(RAW)
                .await
                .unwrap();
        });
        Bench {
            runtime,
            database,
            table,
            path,
            content,
            rules: rules(),
        }
    }

    fn empty(&self) {
        self.runtime.block_on(async {
            self.database
                .client()
                .await
                .unwrap()
                .batch_execute(EMPTY)
                .await
                .unwrap();
        });
    }

    /// One load into an empty table.
    fn load(&self, chunk: usize) -> Duration {
        self.empty();
        self.runtime.block_on(async {
            let begun = Instant::now();
            let mut feed = CsvFile::<Order>::new(&self.path, self.rules.clone()).chunk(chunk);
            let mut store = Store::new(&self.database, &self.table);
            let outcome = Flow::new(Gate::default())
                .run(&mut feed, &mut store)
                .await
                .unwrap();
            let took = begun.elapsed();
            assert!(matches!(outcome, Outcome::Applied(receipt) if receipt.card.accepted == ROWS));
            took
        })
    }

    /// The same bytes as they are, in pieces of 64 KiB as psql sends them.
    fn copy(&self) -> Duration {
        self.empty();
        self.runtime.block_on(async {
            let client = self.database.client().await.unwrap();
            let begun = Instant::now();
            let mut sink = pin!(client.copy_in::<_, Bytes>(COPY).await.unwrap());
            let mut rest = self.content.clone();
            while !rest.is_empty() {
                let piece = rest.split_to(rest.len().min(64 << 10));
                sink.send(piece).await.unwrap();
            }
            assert_eq!(sink.finish().await.unwrap(), ROWS);
            begun.elapsed()
        })
    }

    /// Median over pairs of the raw time by ours.
    fn ratio(&self, chunk: usize) -> f64 {
        let mut ratios: Vec<f64> = (0..PAIRS)
            .map(|pair| {
                let (ours, raw) = if pair % 2 == 0 {
                    let ours = self.load(chunk);
                    (ours, self.copy())
                } else {
                    let raw = self.copy();
                    (self.load(chunk), raw)
                };
                raw.as_secs_f64() / ours.as_secs_f64()
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        ratios[PAIRS / 2]
    }
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = Cluster::temporary()
        .durable()
        .start()
        .expect("the bench needs a PostgreSQL server");
    let bench = Bench::new(&cluster, folder.path());
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let mut group = criterion.benchmark_group("chunked_load");
    group.throughput(Throughput::Elements(ROWS));
    group.bench_function("copy_csv", |b| {
        b.iter_custom(|n| (0..n).map(|_| bench.copy()).sum())
    });
    for chunk in CHUNKS {
        let id = BenchmarkId::new("load", chunk);
        group.bench_function(id, |b| {
            b.iter_custom(|n| (0..n).map(|_| bench.load(chunk)).sum())
        });
    }
    group.finish();
    criterion.final_summary();
    // `cargo test --benches` runs each bench once and has no use for figures.
    if !std::env::args().any(|arg| arg == "--test") {
        for chunk in CHUNKS {
            println!("load_vs_copy_csv/{chunk}: {:.2}", bench.ratio(chunk));
        }
    }
}

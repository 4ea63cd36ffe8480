//! The server of the bench, its tables, and the baseline.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use metalayer::core::{Encoded, Feed, Row};
use metalayer::prelude::*;
use ml_embed::Cluster;

use crate::bed::Bed;
use crate::file::Sample;
use crate::order::{self, Order};

const SLOTS: usize = 8;
const EMPTY: &str = "TRUNCATE bronze.orders, bronze.raw, bronze.bare, silver.orders; \
    TRUNCATE meta.load, meta.rule_result, meta.drop_result, meta.loser, meta.quarantine, meta.consumed, meta.watermark, \
    meta.lineage, meta.warehouse; CHECKPOINT";
/// The same table for the baseline, which has no lineage to bring; and once more without its index.
const RAW: &str = "CREATE TABLE bronze.raw (LIKE bronze.orders INCLUDING ALL); \
    ALTER TABLE bronze.raw ALTER \"_load_id\" SET DEFAULT 1, ALTER \"_record_no\" SET DEFAULT 1; \
    CREATE TABLE bronze.bare (LIKE bronze.raw INCLUDING DEFAULTS)";
const COLUMNS: &str = "order_id, customer_id, email, region, product, quantity, amount, ordered_at";

/// A server that is flushed to disk as one that is kept, and goes with the bench.
pub struct Server {
    pub bed: Bed,
    pub landing: Table,
    pub merged: Table,
    pub folder: tempfile::TempDir,
    pub url: String,
    psql: Option<PathBuf>,
    // Dropped last: the connections go before their server.
    _cluster: Cluster,
}

impl Server {
    pub fn start() -> Self {
        let cluster = Cluster::temporary().durable().start();
        let cluster = cluster.expect("the bench needs a PostgreSQL server");
        let url = cluster.url("postgres");
        let server = Server {
            bed: Bed::new(open(&url)),
            landing: Table::landing(Contract::of::<Order>().unwrap()),
            merged: merged(),
            folder: tempfile::tempdir().unwrap(),
            url,
            psql: cluster.program("psql"),
            _cluster: cluster,
        };
        server.bed.runtime.block_on(async {
            server.bed.database.migrate().await.unwrap();
            server.bed.database.create(&server.landing).await.unwrap();
            server.bed.database.create(&server.merged).await.unwrap();
        });
        server.bed.run(RAW);
        server
    }

    /// Empties the tables, and lets nothing of the last run wait to be written.
    pub fn empty(&self) {
        self.bed.run(EMPTY);
    }

    /// A file in the folder of the bench.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A typed load into empty tables.
    pub fn typed(&self, sample: &Sample, chunk: usize) -> Duration {
        let feed = CsvFile::<Order>::new(&sample.path, order::rules()).chunk(chunk);
        self.load(feed, sample)
    }

    /// A load of run-time rows into empty tables.
    pub fn run_time(&self, sample: &Sample, chunk: usize) -> Duration {
        let contract = order::contract();
        let (blank, rules) = (Row::new(contract.clone()), order::rules_of_file(&contract));
        let feed = CsvFile::with_contract(&sample.path, contract, blank, rules).chunk(chunk);
        self.load(feed, sample)
    }

    fn load(&self, mut feed: impl Feed<Encoded>, sample: &Sample) -> Duration {
        self.empty();
        let mut store = Store::new(&self.bed.database, &self.landing);
        let flow = Flow::new(Gate::off());
        let begun = Instant::now();
        let outcome = self.bed.runtime.block_on(flow.run(&mut feed, &mut store));
        let took = begun.elapsed();
        let receipt = outcome.unwrap().receipt().cloned().unwrap();
        let (accepted, held) = (receipt.card.accepted, receipt.card.quarantined);
        assert_eq!((accepted, held), (sample.good(), sample.bad), "{receipt:?}");
        took
    }

    pub fn has_psql(&self) -> bool {
        self.psql.is_some()
    }

    /// The baseline: `\copy` of a clean file into an empty table.
    pub fn psql(&self, sample: &Sample, table: &str) -> Duration {
        self.empty();
        let path = sample.path.display();
        let copy = format!("\\copy {table} ({COLUMNS}) FROM '{path}' CSV HEADER");
        let psql = self.psql.as_ref().unwrap();
        let mut psql = Command::new(psql);
        psql.args([
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            &self.url,
            "-c",
            &copy,
        ]);
        let begun = Instant::now();
        let ended = psql.stdin(Stdio::null()).status().unwrap();
        let took = begun.elapsed();
        assert!(ended.success(), "psql: {ended}");
        let rows = self.bed.count(&format!("SELECT count(*) FROM {table}"));
        assert_eq!(rows as u64, sample.rows);
        took
    }
}

pub fn open(url: &str) -> Database {
    Database::open(&Config::new(&url.into()).unwrap().slots(SLOTS)).unwrap()
}

fn merged() -> Table {
    let mut contract = Contract::of::<Order>().unwrap();
    contract.dataset = "silver.orders".parse().unwrap();
    let merge = Merge::on_grain(&contract).unwrap();
    Table::merged(contract, merge)
}

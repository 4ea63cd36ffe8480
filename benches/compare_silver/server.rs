//! The server of the bench, and its tables.

use std::time::Duration;

use metalayer::prelude::*;
use ml_embed::Cluster;
use tokio::runtime::Runtime;

use crate::bed::Bed;
use crate::figure::timed;
use crate::order::{Order, RawOrder, stage};

/// What the hand-written SQL goes into: as narrow as it can be.
const BY_HAND: &str = "CREATE TABLE public.orders (
    order_id bigint NOT NULL PRIMARY KEY, name text COLLATE \"C\" NOT NULL, email text COLLATE \"C\",
    country text COLLATE \"C\" NOT NULL, city text COLLATE \"C\", note text COLLATE \"C\", amount numeric NOT NULL,
    ordered_on date NOT NULL, gift boolean NOT NULL, quantity integer NOT NULL, load_id bigint NOT NULL, record_no bigint NOT NULL
)";
const EMPTY: &str = "TRUNCATE silver.orders, public.orders; \
    DELETE FROM meta.consumed; DELETE FROM meta.watermark; DELETE FROM meta.lineage; TRUNCATE meta.loser, meta.quarantine; CHECKPOINT";
/// A row of the ledger for records that the server is to make, and what is known of it afterwards.
const ENTER: &str = "INSERT INTO meta.load (dataset, source, rule_set, state, finished_at) \
    VALUES ('bronze.raw_orders', 'made', sha256(''), 'applied', now()) RETURNING load_id";
const COUNT: &str = "UPDATE meta.load SET rows_read = made.n, rows_accepted = made.n \
    FROM (SELECT count(*) AS n FROM bronze.raw_orders WHERE \"_load_id\" = {load}) AS made WHERE load_id = {load}";
const DIFFERENT: &str = "SELECT count(*) FROM (
    SELECT order_id, name, email, country, city, note, amount, ordered_on, gift, quantity FROM silver.orders
    EXCEPT
    SELECT order_id, name, email, country, city, note, amount, ordered_on, gift, quantity FROM {theirs}
) AS different";

/// A server that is flushed to disk as one that is kept, and goes with the bench.
pub struct Server {
    pub url: String,
    pub bed: Bed,
    increment: Increment,
    // Dropped last: the connections go before their server.
    _cluster: Cluster,
}

impl Server {
    pub fn start() -> Self {
        let cluster = Cluster::temporary().durable().start();
        let cluster = cluster.expect("the bench needs a PostgreSQL server");
        let url = cluster.url("postgres");
        let (database, increment) = open(&url);
        let server = Server {
            url,
            bed: Bed::new(database),
            increment,
            _cluster: cluster,
        };
        server.bed.runtime.block_on(async {
            server.bed.database.migrate().await.unwrap();
            let raw = Contract::of::<RawOrder>().unwrap();
            let (landing, merged) = (Table::landing(raw), merged());
            server.bed.database.create(&landing).await.unwrap();
            server.bed.database.create(&merged).await.unwrap();
        });
        server.bed.run(BY_HAND);
        server
    }

    /// Makes a load of bronze of what a query returns; answers its number.
    pub fn make(&self, things: &str) -> i64 {
        let load = self.bed.count(ENTER);
        let places = |template: &str| {
            let load = template.replace("{load}", &load.to_string());
            load.replace("{things}", things)
        };
        self.bed.run(&places(include_str!("raw_orders.sql")));
        self.bed.run(&places(COUNT));
        self.bed.run("VACUUM ANALYZE bronze.raw_orders");
        load
    }

    /// Silver has taken nothing in, on either side.
    pub fn empty(&self) {
        self.bed.run(EMPTY);
    }

    /// Lets nothing of the last run wait to be done.
    pub fn settle(&self) {
        for table in ["silver.orders", "public.orders"] {
            self.bed.run(&format!("VACUUM ANALYZE {table}"));
        }
        self.bed.run("CHECKPOINT");
    }

    /// Our increment over whatever is new.
    pub fn ours(&self) -> Duration {
        timed(|| self.bed.runtime.block_on(run(&self.increment))).1
    }

    /// Forgets the loads of bronze after one.
    pub fn forget(&self, after: i64) {
        self.bed.run(&format!(
            "DELETE FROM bronze.raw_orders WHERE \"_load_id\" > {after}; \
             DELETE FROM meta.load WHERE dataset = 'bronze.raw_orders' AND load_id > {after}"
        ));
        self.bed.run("VACUUM ANALYZE bronze.raw_orders");
    }

    /// The hand-written SQL over the loads after one.
    pub fn by_hand(&self, after: i64) -> Duration {
        let sql = include_str!("clean.sql").replace("{after}", &after.to_string());
        timed(|| self.bed.run(&sql)).1
    }

    /// Both sides came to the same rows.
    pub fn assert_same(&self) {
        self.assert_same_as("public.orders");
    }

    pub fn assert_same_as(&self, theirs: &str) {
        let count = |table: &str| self.bed.count(&format!("SELECT count(*) FROM {table}"));
        let different = self.bed.count(&DIFFERENT.replace("{theirs}", theirs));
        let ours = count("silver.orders");
        assert_eq!((ours, different), (count(theirs), 0), "{theirs}");
        assert!(ours > 0);
    }
}

fn merged() -> Table {
    let clean = Contract::of::<Order>().unwrap();
    let merge = Merge::on_grain(&clean).unwrap();
    Table::merged(clean, merge)
}

fn open(url: &str) -> (Database, Increment) {
    let database = Database::open(&Config::new(&url.into()).unwrap()).unwrap();
    let raw = Contract::of::<RawOrder>().unwrap();
    let increment = Increment::new(&database, "orders", &raw, &merged());
    (database, increment)
}

async fn run(increment: &Increment) {
    let flow = Flow::new(Gate::off());
    let ran = increment.run(&flow, RawOrder::blank(), &stage()).await;
    ran.unwrap();
}

/// The increment as a command of its own.
pub fn once(url: &str) {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async { run(&open(url).1).await });
}

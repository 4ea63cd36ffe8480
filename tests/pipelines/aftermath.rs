//! What must hold after anything broke, seen by a connection of its own.

use std::time::{Duration, Instant};

use metalayer::prelude::*;
use ml_chaos::Server;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls};

use crate::guests::table;
use crate::support::open;

/// How long what is left of a dead session may be there.
const LINGER: Duration = Duration::from_secs(20);

/// R and A of every load into a table: what the ledger says adds up, and its rows are there, or none.
fn torn(rows_of: &str) -> String {
    format!(
        "WITH there AS (SELECT _load_id AS load_id, count(*) AS rows FROM {rows_of} GROUP BY _load_id) \
         SELECT count(*) FROM there FULL JOIN (SELECT * FROM meta.load WHERE dataset = '{rows_of}') AS entered USING (load_id) \
         WHERE entered.state IS NULL OR entered.state = 'loading' OR rows_read <> rows_accepted + rows_quarantined + rows_dropped \
         OR coalesce(there.rows, 0) <> CASE state WHEN 'applied' THEN rows_accepted ELSE 0 END"
    )
}

/// L: sessions in the middle of something, and locks that outlive a statement.
const LEFT: &str = "SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
        AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle') \
    + (SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database \
        WHERE datname = current_database() AND pid <> pg_backend_pid()) \
    + (SELECT count(*) FROM pg_prepared_xacts)";

/// A connection that no pool knows.
pub async fn connect(url: &str) -> Client {
    let began = Instant::now();
    let (client, connection) = loop {
        match tokio_postgres::connect(url, NoTls).await {
            Ok(connected) => break connected,
            // a server that comes back takes its time
            Err(error) => assert!(began.elapsed() < LINGER, "{error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    tokio::spawn(connection);
    client
}

pub async fn number(client: &Client, query: &str) -> i64 {
    let row = client.query_one(query, &[]).await;
    row.unwrap_or_else(|error| panic!("{query}: {error:?}"))
        .get(0)
}

/// R, A and L hold for a table of a database.
pub async fn is_whole(url: &str, rows_of: &str) {
    let client = connect(url).await;
    assert_eq!(
        number(&client, &torn(rows_of)).await,
        0,
        "{rows_of} is torn"
    );
    let began = Instant::now();
    while number(&client, LEFT).await > 0 {
        assert!(began.elapsed() < LINGER, "sessions or locks are left");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// R, A and L hold, and C: so many guests, each once.
pub async fn has_guests(url: &str, guests: i64) {
    is_whole(url, "bronze.guests").await;
    let client = connect(url).await;
    let all = "SELECT count(*) FROM bronze.guests";
    let each = "SELECT count(DISTINCT id) FROM bronze.guests";
    assert_eq!(number(&client, all).await, guests);
    assert_eq!(number(&client, each).await, guests);
}

/// J3: reads in a loop whatever goes on, and sees complete loads only.
pub struct Reader {
    stop: tokio::sync::watch::Sender<bool>,
    reading: JoinHandle<u64>,
}

impl Reader {
    /// Reads a table, and counts that must each be nothing or all.
    pub fn start(url: &str, rows_of: &str, all_or_nothing: &[(&str, i64)]) -> Self {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let (url, torn) = (url.to_owned(), torn(rows_of));
        let counts: Vec<(String, i64)> = all_or_nothing
            .iter()
            .map(|(query, all)| ((*query).to_owned(), *all))
            .collect();
        let reading = tokio::spawn(async move {
            let mut snapshots = 0;
            let mut client = connect(&url).await;
            while !*stopped.borrow() {
                if client.is_closed() {
                    client = connect(&url).await;
                }
                // who is cut off with the others has seen nothing
                let Ok(row) = client.query_one(&torn, &[]).await else {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                };
                assert_eq!(row.get::<_, i64>(0), 0, "half a load was seen");
                for (query, all) in &counts {
                    if let Ok(row) = client.query_one(query, &[]).await {
                        let seen: i64 = row.get(0);
                        assert!(seen == 0 || seen == *all, "{query}: {seen} of {all}");
                    }
                }
                snapshots += 1;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            snapshots
        });
        Reader { stop, reading }
    }

    /// How many snapshots were seen, none of them torn.
    pub async fn stop(self) -> u64 {
        self.stop.send(true).unwrap();
        self.reading.await.unwrap()
    }
}

/// A server of a test's own with the table of guests.
pub struct Inn {
    pub server: Server,
    pub database: Database,
    pub url: String,
}

impl Inn {
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let server = tokio::task::block_in_place(|| Server::start(settings));
        Inn::of(server.unwrap()).await
    }

    pub async fn of(server: Server) -> Self {
        let url = server.url("postgres");
        let database = open(&url, 16);
        database.migrate().await.unwrap();
        database.create(&table()).await.unwrap();
        Inn {
            server,
            database,
            url,
        }
    }
}

/// That which so many of a hundred are not above, of times that are sorted here.
pub fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

/// Short pauses, for tests.
pub fn quick() -> metalayer::pg::Backoff {
    metalayer::pg::Backoff::default()
        .attempts(60)
        .first(Duration::from_millis(20))
        .longest(Duration::from_millis(500))
        .budget(Duration::from_secs(120))
}

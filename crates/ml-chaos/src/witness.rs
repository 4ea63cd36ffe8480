use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_postgres::{Client, NoTls};

use crate::file::Row;
use crate::seen::Seen;
use crate::{Column, Error, File, Holds, Layout, Truth};

/// How long a session may outlive its client: the server is to notice a connection that broke.
const OUTLIVES: Duration = Duration::from_secs(30);
/// How long one may take to come to a lock that another has; it may as well wait in another way.
const COMES: Duration = Duration::from_secs(5);
/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(2);
const OTHERS: &str = include_str!("../sql/others.sql");
const WAITING: &str = include_str!("../sql/waiting.sql");

/// Looks at the tables by a connection that is none of the subject's.
#[derive(Debug)]
pub(crate) struct Witness {
    client: Client,
    pub(crate) layout: Layout,
}

impl Witness {
    pub(crate) async fn of(url: &str, layout: Layout) -> Result<Self, Error> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        Ok(Witness { client, layout })
    }

    /// The quoted column that holds the key; NULL where none does.
    pub(crate) fn key(&self) -> String {
        let key = self.layout.column(Holds::Key);
        key.map_or_else(|| String::from("NULL"), quoted)
    }

    fn rows_between(&self, table: &str) -> String {
        let text = |column: &Column| format!("coalesce({}::text, '(null)')", quoted(column));
        let texts: Vec<String> = self.layout.columns.iter().map(text).collect();
        include_str!("../sql/rows_between.sql")
            .replace("{columns}", &texts.join(", "))
            .replace("{key}", &self.key())
            .replace("{table}", table)
    }

    /// What is there of a file.
    pub(crate) async fn see(&self, file: &File) -> Result<Seen, Error> {
        let mut held: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
        for row in self.client.query(&self.layout.held, &[&file.name]).await? {
            let number: i64 = row.try_get(0)?;
            let rules = held.entry(number.unsigned_abs()).or_default();
            rules.insert(row.try_get(1)?);
        }
        let counted = self
            .client
            .query_opt(&self.layout.counted, &[&file.name])
            .await?;
        let counted = counted.map(|row| Ok([row.try_get(0)?, row.try_get(1)?, row.try_get(2)?]));
        Ok(Seen {
            rows: self.rows(&self.layout.rows, &file.truth).await?,
            held,
            counted: counted
                .transpose()
                .map_err(|error: tokio_postgres::Error| error)?,
        })
    }

    /// The rows of a table that have the keys of a file, with these.
    pub(crate) async fn rows(&self, table: &str, truth: &Truth) -> Result<Vec<(i64, Row)>, Error> {
        let query = self.rows_between(table);
        let (least, greatest) = (truth.keys.start(), truth.keys.end());
        let rows = self.client.query(&query, &[least, greatest]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// The quoted schema and name of a table.
    pub(crate) async fn name(&self, table: &str) -> Result<[String; 2], Error> {
        let name = include_str!("../sql/name.sql");
        let row = self.client.query_one(name, &[&table]).await?;
        Ok([row.get(0), row.get(1)])
    }

    /// Does something to the tables.
    pub(crate) async fn run(&self, statements: &str) -> Result<(), Error> {
        Ok(self.client.batch_execute(statements).await?)
    }

    /// Waits until a session waits for a lock, but not for ever.
    pub(crate) async fn waits(&self) -> Result<(), Error> {
        self.until(WAITING, COMES, |waiting| waiting > 0)
            .await
            .map(drop)
    }

    /// How many other sessions there are.
    pub(crate) async fn others(&self) -> Result<i64, Error> {
        Ok(self.client.query_one(OTHERS, &[]).await?.get(0))
    }

    /// Waits until there are no more sessions than before, but not for ever; answers how many there are then. Whoever was
    /// broken off may still do what it was told last.
    pub(crate) async fn alone(&self, before: i64) -> Result<i64, Error> {
        self.until(OTHERS, OUTLIVES, |others| others <= before)
            .await
    }

    async fn until(
        &self,
        count: &str,
        most: Duration,
        is_enough: impl Fn(i64) -> bool,
    ) -> Result<i64, Error> {
        let began = Instant::now();
        loop {
            let counted = self.client.query_one(count, &[]).await?.get(0);
            if is_enough(counted) || began.elapsed() > most {
                return Ok(counted);
            }
            sleep(PAUSE).await;
        }
    }
}

fn quoted(column: &Column) -> String {
    format!("\"{}\"", column.name.replace('"', "\"\""))
}

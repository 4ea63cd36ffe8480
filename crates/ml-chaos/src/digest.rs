use std::collections::BTreeMap;
use std::fmt;

use tokio_postgres::{Client, Error};

/// What tables hold, whatever order it came in: of each its rows and the sum of their 128-bit hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digest(BTreeMap<String, String>);

pub(crate) const TABLES: &str = include_str!("../sql/tables.sql");
const CONTENT: &str = include_str!("../sql/content.sql");

impl Digest {
    /// That of all tables of some schemas, without the columns named in `aside`: those that depend on the order things
    /// happened in, such as surrogate keys. Rows marked `_deleted` are none.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn of(client: &Client, schemas: &[&str], aside: &[&str]) -> Result<Self, Error> {
        let mut digest = Digest::default();
        for table in client.query(TABLES, &[&schemas]).await? {
            let table: String = table.get(0);
            let content = CONTENT.replace("{table}", &table);
            let content = client.query_one(&content, &[&aside]).await?.get(0);
            digest.0.insert(table, content);
        }
        Ok(digest)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tables = self.0.iter();
        tables.try_for_each(|(table, content)| writeln!(f, "{table} {content}"))
    }
}

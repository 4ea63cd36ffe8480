use std::collections::BTreeMap;

use tokio_postgres::{Client, Error};

use crate::digest::TABLES;
use crate::{Invariant, Violation};

/// Where the rows of tables stand, and by which transaction each was written: what a run that has nothing to do leaves as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footprint(BTreeMap<String, String>);

const FOOTPRINT: &str = include_str!("../sql/footprint.sql");

impl Footprint {
    /// That of all tables of some schemas but those `aside`, by their quoted names.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn of(client: &Client, schemas: &[&str], aside: &[&str]) -> Result<Self, Error> {
        let mut footprint = BTreeMap::new();
        for table in client.query(TABLES, &[&schemas]).await? {
            let table: String = table.get(0);
            if aside.contains(&table.as_str()) {
                continue;
            }
            let rows = FOOTPRINT.replace("{table}", &table);
            footprint.insert(table, client.query_one(&rows, &[]).await?.get(0));
        }
        Ok(Footprint(footprint))
    }

    /// The tables that were written since.
    pub fn written_since(&self, before: &Footprint) -> Vec<Violation> {
        let written = self
            .0
            .iter()
            .filter(|(table, rows)| before.0.get(*table) != Some(rows));
        let violation = |(table, rows): (&String, &String)| {
            let before = before.0.get(table).map_or("not there", String::as_str);
            let found = format!(
                "{table} was written although there was nothing to do: {before}, then {rows}"
            );
            Violation::of(Invariant::Idempotent, found)
        };
        written.map(violation).collect()
    }
}

/// How many bytes the tables of some schemas take on disk, with all that belongs to them.
///
/// # Errors
/// Whatever the server says.
pub async fn size(client: &Client, schemas: &[&str]) -> Result<u64, Error> {
    let size = client
        .query_one(include_str!("../sql/size.sql"), &[&schemas])
        .await?;
    Ok(size.get::<_, i64>(0).unsigned_abs())
}

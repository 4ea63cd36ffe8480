//! A small record, and files of it, for what can go wrong on the way to its table.

use std::path::{Path, PathBuf};
use std::time::Duration;

use metalayer::prelude::*;

use crate::support::Fresh;

/// A guest as received.
#[derive(Debug, Clone, PartialEq, Record)]
#[record(dataset = "bronze.guests", grain = "id")]
pub struct Guest {
    #[column(critical)]
    pub id: i64,
    pub name: Option<String>,
    pub nights: Option<i32>,
}

pub fn judge() -> Judge<Guest> {
    let rules = RuleSet::<Guest>::new().quarantine(Guest::ID.at_least(0));
    rules.quarantine(Guest::NIGHTS.at_least(1)).build().unwrap()
}

pub fn table() -> Table {
    Table::landing(Contract::of::<Guest>().unwrap())
}

/// A database with the table.
pub async fn hotel() -> Fresh {
    let fresh = Fresh::migrated().await;
    fresh.database.create(&table()).await.unwrap();
    fresh
}

/// A file of so many good guests.
pub fn file(folder: &Path, name: &str, guests: u32) -> PathBuf {
    let lines: String = (0..guests)
        .map(|id| format!("{id},guest {id},2\n"))
        .collect();
    written(folder, name, &lines)
}

/// A file of these lines.
pub fn written(folder: &Path, name: &str, lines: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, format!("id,name,nights\n{lines}")).unwrap();
    path
}

/// Loads a file. A content that another load has is waited for, but not for long: the session of one that failed goes by
/// itself, a moment later.
pub async fn load(path: &Path, store: &mut Store, gate: Gate) -> Result<Outcome> {
    for _ in 0..100 {
        match once(path, store, gate).await? {
            Outcome::Busy(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            outcome => return Ok(outcome),
        }
    }
    once(path, store, gate).await
}

async fn once(path: &Path, store: &mut Store, gate: Gate) -> Result<Outcome> {
    let mut feed = CsvFile::<Guest>::new(path, judge()).chunk(100);
    Flow::new(gate).run(&mut feed, store).await
}

/// How many guests can be seen.
pub async fn seen(fresh: &Fresh) -> String {
    fresh.one("SELECT count(*) FROM bronze.guests").await
}

//! What a table is to hold, said once more and in Rust, of all records that have landed.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use metalayer::prelude::*;

use super::{COLUMNS, Keeping};
use crate::support::Fresh;

/// A record as the server shows it.
#[derive(Debug, Clone)]
struct Landed {
    /// The thing it is about; equal numbers are written in one way.
    thing: String,
    version: Option<i64>,
    /// Its day, as a number.
    at: i32,
    gone: bool,
    content: String,
    /// What changes from span to span.
    tracked: String,
    lineage: (i64, i64),
}

/// A row: content, span, whether it is deleted, lineage.
type Held = (String, Option<i32>, Option<i32>, bool, (i64, i64));

/// The rows that `keeping` makes of what has landed in `from`, and those that are there in `table`, in one order.
pub(crate) async fn expected_and_found(
    fresh: &Fresh,
    keeping: Keeping,
    from: &Contract,
    table: &Table,
) -> (Vec<Held>, Vec<Held>) {
    let mut things: BTreeMap<String, Vec<Landed>> = BTreeMap::new();
    for record in landed(fresh, keeping, from).await {
        things.entry(record.thing.clone()).or_default().push(record);
    }
    let rows = things
        .into_values()
        .flat_map(|records| rows(keeping, records));
    let mut expected: Vec<Held> = rows.collect();
    expected.sort();
    (expected, found(fresh, keeping, table).await)
}

fn rows(keeping: Keeping, records: Vec<Landed>) -> Vec<Held> {
    let first = |record: &Landed| Reverse(record.lineage);
    let winner = match keeping {
        Keeping::Appended => return records.into_iter().map(|r| whole(keeping, r)).collect(),
        Keeping::History | Keeping::Lives => return spans(keeping, records),
        Keeping::Whole | Keeping::First => records.into_iter().max_by_key(first),
        Keeping::Newest => records.into_iter().max_by_key(|record| record.lineage),
        Keeping::Version | Keeping::Numbers | Keeping::Deleted => records
            .into_iter()
            .max_by_key(|r| (r.version, r.content.clone(), Reverse(r.lineage))),
    };
    winner
        .map(|record| whole(keeping, record))
        .into_iter()
        .collect()
}

fn whole(keeping: Keeping, record: Landed) -> Held {
    let deleted = record.gone && keeping == Keeping::Deleted;
    (record.content, None, None, deleted, record.lineage)
}

/// One day after the other: what is there now, and what it was.
fn spans(keeping: Keeping, records: Vec<Landed>) -> Vec<Held> {
    let mut days: BTreeMap<i32, Landed> = BTreeMap::new();
    for record in records {
        let rank = |r: &Landed| (r.content.clone(), Reverse(r.lineage));
        match days.get(&record.at) {
            Some(held) if rank(held) > rank(&record) => {}
            _ => drop(days.insert(record.at, record)),
        }
    }
    let mut spans: Vec<Held> = Vec::new();
    let mut now: Option<String> = None;
    for (day, record) in days {
        let gone = record.gone && keeping == Keeping::Lives;
        let next = (!gone).then_some(record.tracked);
        if next == now {
            continue;
        }
        if let (Some(span), Some(_)) = (spans.last_mut(), &now) {
            span.2 = Some(day);
        }
        if next.is_some() {
            spans.push((record.content, Some(day), None, false, record.lineage));
        }
        now = next;
    }
    spans
}

async fn landed(fresh: &Fresh, keeping: Keeping, from: &Contract) -> Vec<Landed> {
    let (thing, tracked) = match keeping {
        Keeping::Appended => ("ROW()", "ROW()"),
        Keeping::Whole => (
            "ROW(id, part, version, trim_scale(content), at, gone)",
            "ROW()",
        ),
        Keeping::Numbers => ("ROW(trim_scale(content))", "ROW()"),
        Keeping::Lives => ("ROW(part)", "ROW(id, version, trim_scale(content))"),
        _ => ("ROW(id, part)", "ROW(version, trim_scale(content), gone)"),
    };
    let query = format!(
        "SELECT {thing}::text, version, at - DATE '2024-01-01', coalesce(gone, false), ROW({COLUMNS})::text, \
         {tracked}::text, _load_id, _record_no FROM {}",
        from.dataset.quoted()
    );
    let client = fresh.database.client().await.unwrap();
    let rows = client.query(&query, &[]).await.unwrap();
    let landed = rows.iter().map(|row| Landed {
        thing: row.get(0),
        version: row.get(1),
        at: row.get(2),
        gone: row.get(3),
        content: row.get(4),
        tracked: row.get(5),
        lineage: (row.get(6), row.get(7)),
    });
    landed.collect()
}

async fn found(fresh: &Fresh, keeping: Keeping, table: &Table) -> Vec<Held> {
    let span = match keeping.is_history() {
        true => "valid_from - DATE '2024-01-01', valid_to - DATE '2024-01-01'",
        false => "NULL::integer, NULL::integer",
    };
    let query = format!(
        "SELECT ROW({COLUMNS})::text, {span}, _deleted, _load_id, _record_no FROM {} WHERE _load_id <> 0",
        table.dataset().quoted()
    );
    let client = fresh.database.client().await.unwrap();
    let rows = client.query(&query, &[]).await.unwrap();
    let held = rows.iter().map(|row| {
        let lineage = (row.get(4), row.get(5));
        (row.get(0), row.get(1), row.get(2), row.get(3), lineage)
    });
    let mut held: Vec<Held> = held.collect();
    held.sort();
    held
}

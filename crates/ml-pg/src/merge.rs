//! The SQL of a merge: what wins, what changes, what lost and why.

use ml_core::{Audit, Dimension, Error, Merge, Result, Type};

use crate::Table;
use crate::table::quoted;

mod template;

pub(crate) use template::render;

/// The rows of an increment on their way into the table.
pub(crate) const INCREMENT: &str = "pg_temp.\"ml_increment\"";

/// The statements of one table's merge.
pub(crate) struct MergeSql {
    /// Makes the temporary table.
    pub(crate) stage: String,
    /// Takes the winners in; `$1` is the load; counts how many records won.
    pub(crate) merge: String,
    /// Puts the winners among all that a pipeline has taken in in their places, whatever stands there; `$1` is the load.
    pub(crate) retake: String,
    /// Takes out the rows that the loads `$1` brought in.
    ///
    /// The rows are gone and no tombstone stays: every reader of today computes its tables anew and writes the
    /// differences. One that follows `_changed_load` alone would miss them.
    pub(crate) retract: String,
    /// Puts the winners among what is staged in the places of rows that came from the loads `$2` or lose against them;
    /// `$1` is the load. What is as it should be is not written.
    pub(crate) replace: String,
    /// Takes out the rows from the loads `$1` that are not staged.
    pub(crate) leave: String,
    /// Counts the rows that came from the loads `$1`.
    pub(crate) standing: String,
    /// Counts the losers with the same content as the winner, and the others; `None` where all are the same.
    pub(crate) losers: Option<String>,
    /// Finds the records that the unique index could not hold; `None` where there is no text in the grain.
    pub(crate) oversized: Option<Audit>,
}

impl MergeSql {
    pub(crate) fn of(table: &Table) -> Result<Self> {
        let Some(merge) = &table.merge else {
            let dataset = table.dataset();
            return Err(Error::contract(format!(
                "{dataset} takes records as they come: it cannot be merged into"
            )));
        };
        let known = |name: &String| table.contract.ordinal(name).is_some();
        if let Some(name) = merge
            .grain
            .iter()
            .chain(&merge.version)
            .find(|name| !known(name))
        {
            return Err(Error::contract(format!(
                "the merge into {} names {name}, which is no column",
                table.dataset()
            )));
        }
        Ok(MergeSql {
            stage: stage(table),
            merge: format!(
                "{} WHERE {}",
                upsert(table, merge),
                Order::of(table, merge).beats(table)
            ),
            retake: upsert(table, merge),
            retract: format!(
                "DELETE FROM {} WHERE \"_load_id\" = ANY($1)",
                table.dataset().quoted()
            ),
            replace: replace(table, merge),
            leave: format!(
                "DELETE FROM {} AS held WHERE held.\"_load_id\" = ANY($1) AND NOT EXISTS (SELECT FROM {INCREMENT} AS increment WHERE {})",
                table.dataset().quoted(),
                identical(table, "increment"),
            ),
            standing: format!(
                "SELECT count(*) FROM {} WHERE \"_load_id\" = ANY($1)",
                table.dataset().quoted()
            ),
            losers: losers(table, merge),
            oversized: oversized(table, merge),
        })
    }
}

fn stage(table: &Table) -> String {
    let names = table.names().join(", ");
    format!(
        "CREATE TEMPORARY TABLE \"ml_increment\" ON COMMIT DROP AS \
         SELECT {names}, \"_load_id\", \"_record_no\" FROM {} WITH NO DATA",
        table.dataset().quoted()
    )
}

/// A row of a btree has at most 2,704 bytes; the rest of 100 is for what is not text.
const MOST_TEXT: u32 = 2_600;

fn oversized(table: &Table, merge: &Merge) -> Option<Audit> {
    let columns = table.contract.columns.iter();
    let texts = columns.filter(|column| {
        column.ty == Type::Text && merge.grain.iter().any(|name| *name == column.name)
    });
    let sizes: Vec<String> = texts
        .map(|column| format!("coalesce(octet_length({}), 0)", quoted(&column.name)))
        .collect();
    let sql = format!(
        "SELECT 1 FROM {{rows}} AS increment WHERE {} > {MOST_TEXT}",
        sizes.join(" + ")
    );
    let expected = format!("a grain with text of at most {MOST_TEXT} bytes");
    let audit = Audit::new("grain.size", sql).dimension(Dimension::Validity);
    (!sizes.is_empty()).then(|| audit.expecting(expected).reading(merge.grain.clone()))
}

/// How the winner among the records of one thing is found.
enum Order {
    /// The grain is the whole row: nothing to win but the lineage, which goes to the smallest.
    Same,
    /// The newest (load, record).
    Newest,
    /// The highest version, then the greatest content, then the smallest (load, record).
    Version(String),
}

impl Order {
    fn of(table: &Table, merge: &Merge) -> Self {
        match &merge.version {
            Some(version) => Order::Version(quoted(version)),
            None if payload(table, merge).is_empty() => Order::Same,
            None => Order::Newest,
        }
    }

    fn sort(&self, table: &Table) -> String {
        match self {
            Order::Same => String::from("\"_load_id\", \"_record_no\""),
            Order::Newest => String::from("\"_load_id\" DESC, \"_record_no\" DESC"),
            Order::Version(version) => {
                let content = content(table, "increment");
                format!("{version} DESC NULLS LAST, {content} DESC, \"_load_id\", \"_record_no\"")
            }
        }
    }

    /// Whether the record that comes in (`excluded`) beats the row that is there (`held`).
    fn beats(&self, table: &Table) -> String {
        let lineage = |than: &str| {
            format!(
                "(excluded.\"_load_id\", excluded.\"_record_no\") {than} (held.\"_load_id\", held.\"_record_no\")"
            )
        };
        match self {
            Order::Same => lineage("<"),
            Order::Newest => lineage(">"),
            Order::Version(version) => {
                let (new, old) = (content(table, "excluded"), content(table, "held"));
                let smaller = lineage("<");
                format!(
                    "CASE \
                     WHEN excluded.{version} IS DISTINCT FROM held.{version} \
                     THEN coalesce(excluded.{version} > held.{version}, excluded.{version} IS NOT NULL) \
                     WHEN {new} <> {old} THEN {new} > {old} \
                     ELSE {smaller} END"
                )
            }
        }
    }
}

/// One winner a thing, over what stands there.
fn upsert(table: &Table, merge: &Merge) -> String {
    let order = Order::of(table, merge);
    let names = table.names();
    let grain: Vec<String> = merge.grain.iter().map(|name| quoted(name)).collect();
    let set: Vec<String> = names
        .iter()
        .map(|name| format!("{name} = excluded.{name}"))
        .collect();
    let (into, grain, set) = (table.dataset().quoted(), grain.join(", "), set.join(", "));
    let sort = order.sort(table);
    let (new, old) = (tuple(&names, "excluded"), tuple(&names, "held"));
    let names = names.join(", ");
    format!(
        "WITH winner AS (\
         SELECT DISTINCT ON ({grain}) * FROM {INCREMENT} AS increment ORDER BY {grain}, {sort}) \
         INSERT INTO {into} AS held ({names}, \"_load_id\", \"_record_no\", \"_changed_load\") \
         SELECT {names}, \"_load_id\", \"_record_no\", $1 FROM winner \
         ON CONFLICT ({grain}) DO UPDATE SET {set}, \
         \"_load_id\" = excluded.\"_load_id\", \"_record_no\" = excluded.\"_record_no\", \
         \"_changed_load\" = CASE WHEN {new} IS DISTINCT FROM {old} THEN $1 ELSE held.\"_changed_load\" END"
    )
}

/// Whether a row is to the bit the one that stands there: `=` calls 1.0 and 1.00 the same.
fn identical(table: &Table, other: &str) -> String {
    let names = table.names();
    let (one, held) = (tuple(&names, other), tuple(&names, "held"));
    format!(
        "held.\"_load_id\" = {other}.\"_load_id\" AND held.\"_record_no\" = {other}.\"_record_no\" AND {held} *= {one}"
    )
}

fn replace(table: &Table, merge: &Merge) -> String {
    let upsert = upsert(table, merge);
    let into = table.dataset().quoted();
    let differing = format!(
        "FROM winner WHERE NOT EXISTS (SELECT FROM {into} AS held WHERE {})",
        identical(table, "winner")
    );
    format!(
        "{} WHERE held.\"_load_id\" = ANY($2) OR {}",
        upsert.replace("FROM winner", &differing),
        Order::of(table, merge).beats(table)
    )
}

fn losers(table: &Table, merge: &Merge) -> Option<String> {
    let payload = payload(table, merge);
    if payload.is_empty() {
        return None;
    }
    let same_thing: Vec<String> = merge.grain.iter().map(|name| same(table, name)).collect();
    let (new, old) = (tuple(&payload, "increment"), tuple(&payload, "held"));
    let (into, same_thing) = (table.dataset().quoted(), same_thing.join(" AND "));
    Some(format!(
        "SELECT count(*) FILTER (WHERE {new} IS NOT DISTINCT FROM {old}) \
         FROM {INCREMENT} AS increment JOIN {into} AS held ON {same_thing} \
         WHERE (increment.\"_load_id\", increment.\"_record_no\") <> (held.\"_load_id\", held.\"_record_no\")"
    ))
}

/// `IS NOT DISTINCT FROM` cannot be hashed, so it is used only where a NULL can be.
fn same(table: &Table, name: &str) -> String {
    let nullable = table
        .contract
        .columns
        .iter()
        .any(|column| column.name == name && column.nullable);
    let name = quoted(name);
    let by = if nullable {
        "IS NOT DISTINCT FROM"
    } else {
        "="
    };
    format!("increment.{name} {by} held.{name}")
}

/// The columns outside the grain, quoted.
fn payload(table: &Table, merge: &Merge) -> Vec<String> {
    let outside = table
        .contract
        .columns
        .iter()
        .filter(|column| merge.grain.iter().all(|name| *name != column.name));
    outside.map(|column| quoted(&column.name)).collect()
}

fn tuple(names: &[String], of: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("{of}.{name}")).collect();
    format!("ROW({})", names.join(", "))
}

fn content(table: &Table, of: &str) -> String {
    format!("{}::text COLLATE \"C\"", tuple(&table.names(), of))
}

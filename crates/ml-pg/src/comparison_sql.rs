//! The SQL of a comparison: a table of nothing beside the one that is there, and what tells the two apart.

use ml_core::{ColumnDef, Result};

use crate::Table;
use crate::merge::render;
use crate::table::quoted;

/// Where a table is made anew; it goes with the transaction.
const BESIDE: &str = "pg_temp.ml_rebuilt";

/// The table that is made beside another one.
pub(crate) fn beside(table: &Table) -> Result<Table> {
    let mut beside = table.clone();
    beside.contract.dataset = BESIDE.parse()?;
    Ok(beside)
}

/// Makes it, and that of its versions, with nothing in them.
pub(crate) fn create(table: &Table, beside: &Table) -> Result<String> {
    let versions = table.versions()?.zip(beside.versions()?);
    let pairs = versions.iter().map(|(table, beside)| (table, beside));
    let create = pairs.chain([(table, beside)]).map(|(table, beside)| {
        let (like, name) = (table.dataset().quoted(), beside.dataset().table());
        format!("CREATE TEMPORARY TABLE {name} (LIKE {like} INCLUDING ALL) ON COMMIT DROP;")
    });
    Ok(create.collect())
}

/// The columns that tell a row from the others: where every record is one, its lineage.
pub(crate) fn key(table: &Table) -> Vec<String> {
    let key = table.keeping.key();
    key.unwrap_or_else(|| vec![String::from("_load_id"), String::from("_record_no")])
}

/// Compares the two; `$1` is how many rows at most.
pub(crate) fn compare(table: &Table, beside: &Table) -> String {
    let shapes = table.shapes();
    let names = shapes.iter().map(|shape| shape.name.as_str());
    // by whom and when a row was written hangs on its history
    let names: Vec<&str> = names
        .filter(|name| !["_changed_load", "_row_id"].contains(name))
        .collect();
    let key = key(table);
    let of = |alias: &str, names: &[&str]| {
        let columns = names.iter().map(|name| format!("{alias}.{}", quoted(name)));
        columns.collect::<Vec<_>>().join(", ")
    };
    let keys: Vec<&str> = key.iter().map(String::as_str).collect();
    let lineage = ["_load_id", "_record_no"];
    let content: Vec<String> = names
        .iter()
        .filter(|name| !lineage.contains(name))
        .map(|name| changed(name))
        .collect();
    let shown: Vec<String> = keys.iter().map(|name| shown(table, name)).collect();
    let places: [(&str, &str); 7] = [
        ("into", &table.dataset().quoted()),
        ("beside", &beside.dataset().quoted()),
        ("one_key", &of("one", &keys)),
        ("one", &of("one", &names)),
        ("other", &of("other", &names)),
        ("key", &shown.join(", ")),
        ("columns", &content.join(", ")),
    ];
    render(include_str!("../sql/comparison.sql"), &places)
}

/// The name of a column that differs.
fn changed(name: &str) -> String {
    let column = quoted(name);
    format!(
        "CASE WHEN held.{column} IS DISTINCT FROM rebuilt.{column} THEN {} END",
        literal(name)
    )
}

/// The value of a column of the key, for people.
fn shown(table: &Table, name: &str) -> String {
    let is_it = |column: &&ColumnDef| column.name == name;
    match table.contract.columns.iter().find(is_it) {
        Some(column) if column.personal => String::from("'***'"),
        _ => {
            let column = quoted(name);
            format!(
                "CASE WHEN held.\"_load_id\" IS NULL THEN rebuilt.{column} ELSE held.{column} END::text"
            )
        }
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

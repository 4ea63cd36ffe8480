//! A row of a table that is known only by name, as text.

use std::collections::BTreeMap;

use ml_core::Result;
use tokio_postgres::Transaction;
use tokio_postgres::types::{ToSql, Type};

use crate::failure::Doing;

/// The columns of a row by name; `None` is NULL.
pub(crate) type Cells = BTreeMap<String, Option<String>>;

/// What stands in place of a personal value.
const COVERED: &str = "***";

/// NULL is nothing personal.
pub(crate) fn shown(name: &str, cells: &Cells, is_covered: bool) -> (String, Option<String>) {
    let value = cells.get(name).cloned().flatten();
    let value = match is_covered {
        true => value.map(|_| COVERED.to_owned()),
        false => value,
    };
    (name.to_owned(), value)
}

/// The columns of one row as text.
pub(crate) async fn cells(
    tx: &Transaction<'_>,
    query: &str,
    key: &[String],
    of: &str,
) -> Result<Cells> {
    let rows = tx.query_typed(query, &parameters(key)).await;
    let rows = rows.doing(format!("cannot read a row of {of}"))?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

pub(crate) fn parameters(key: &[String]) -> Vec<(&(dyn ToSql + Sync), Type)> {
    key.iter()
        .map(|value| (value as &(dyn ToSql + Sync), Type::TEXT))
        .collect()
}

use ml_core::{Error, Result};

use crate::quote::{list, literal};
use crate::table::Table;

/// An index that a model is given beside those of its keys, after its rows.
///
/// ```
/// use ml_core::{Dataset, Type};
/// use ml_gold::{Fact, Index};
///
/// let sales = Fact::new("fct_sales", Dataset::of("silver", "sales"))
///     .degenerate("invoice_no", Type::Text, "invoice_no")
///     .degenerate("sold_at", Type::Timestamp, "invoice_date")
///     .index(Index::btree(["invoice_no"]))
///     .index(Index::brin(["sold_at"]));
/// # let _ = sales;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    method: &'static str,
    columns: Vec<String>,
}

impl Index {
    /// Finds single rows, and rows in order.
    pub fn btree<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Index::of("btree", columns)
    }

    /// Finds the pages of rows that come in order, such as by date; a thousandth of the size of a tree.
    pub fn brin<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Index::of("brin", columns)
    }

    fn of<S: Into<String>>(method: &'static str, columns: impl IntoIterator<Item = S>) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        Index { method, columns }
    }

    /// Creates it, unless the table has one of this kind on these columns.
    pub(crate) fn guard(&self, table: &Table) -> Result<String> {
        let names = table.names();
        let is_there = |column: &String| names.contains(&column.as_str());
        if self.columns.is_empty() || !self.columns.iter().all(is_there) {
            return Err(Error::contract(format!(
                "{} has an index on {:?}, which are not columns of it",
                table.name, self.columns
            )));
        }
        let columns = self.columns.iter().map(|name| literal(name));
        Ok(format!(
            "    IF NOT EXISTS (
        SELECT FROM pg_index AS held
        JOIN pg_class AS class ON class.oid = held.indexrelid
        JOIN pg_am AS method ON method.oid = class.relam
        WHERE held.indrelid = {relation}::regclass AND method.amname = '{method}'
            AND ARRAY[{named}]::text[] = (
                SELECT array_agg(col.attname::text ORDER BY key.place)
                FROM unnest(held.indkey::smallint[]) WITH ORDINALITY AS key (number, place)
                JOIN pg_attribute AS col ON col.attrelid = held.indrelid AND col.attnum = key.number
            )
    ) THEN
        CREATE INDEX ON {table} USING {method} ({columns});
    END IF;",
            relation = literal(&table.quoted()),
            method = self.method,
            named = columns.collect::<Vec<_>>().join(", "),
            table = table.quoted(),
            columns = list(self.columns.iter().map(String::as_str)),
        ))
    }
}

use ml_core::{ColumnDef, Contract, Dataset, Error, Result, Type};
use tokio_postgres::Transaction;
use tokio_postgres::types::Type as Wire;

use crate::failure::Doing;
use crate::table::Shape;

/// A table, or what can be read like one, as the catalogue has it, whoever made it.
pub(crate) struct LiveTable {
    dataset: Dataset,
    columns: Vec<Shape>,
    is_stored: bool,
}

const LINEAGE: [(&str, &str); 2] = [
    ("_load_id", "0::bigint"),
    ("_record_no", "row_number() OVER ()"),
];

impl LiveTable {
    pub(crate) async fn find(tx: &Transaction<'_>, dataset: &Dataset) -> Result<Self> {
        let (schema, name) = (dataset.schema().as_str(), dataset.table().as_str());
        let rows = tx
            .query_typed(
                include_str!("../sql/live_columns.sql"),
                &[(&schema, Wire::TEXT), (&name, Wire::TEXT)],
            )
            .await
            .doing(format!("cannot look {dataset} up in the catalogue"))?;
        let Some(first) = rows.first() else {
            return Err(Error::contract(format!("there is no table {dataset}")));
        };
        let shape = |row: &tokio_postgres::Row| Shape {
            name: row.get(0),
            ty: row.get(1),
            not_null: row.get(2),
        };
        Ok(LiveTable {
            dataset: dataset.clone(),
            is_stored: first.get(3),
            columns: rows.iter().map(shape).collect(),
        })
    }

    /// Names every column that rules cannot read as the contract says.
    pub(crate) fn compare(&self, contract: &Contract) -> Result<()> {
        let faults = contract
            .columns
            .iter()
            .filter_map(|column| self.fault(column));
        let faults: Vec<String> = faults.collect();
        if faults.is_empty() {
            return Ok(());
        }
        Err(Error::contract(format!(
            "{} is not as its contract says: {}",
            self.dataset,
            faults.join("; ")
        )))
    }

    fn fault(&self, column: &ColumnDef) -> Option<String> {
        let name = &column.name;
        match self.column(name) {
            None => Some(format!("column {name} is missing")),
            Some(live) if !serves(live, column.ty) => Some(format!(
                "column {name} is {}, expected {}",
                live.ty, column.ty
            )),
            Some(_) => None,
        }
    }

    fn column(&self, name: &str) -> Option<&Shape> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns that let NULL in against the contract.
    pub(crate) fn lax<'a>(&self, contract: &'a Contract) -> impl Iterator<Item = &'a ColumnDef> {
        contract.columns.iter().filter(|column| {
            let live = self.column(&column.name);
            !column.nullable && live.is_some_and(|live| !live.not_null)
        })
    }

    /// The table as audits want it: with the two columns of lineage, made up where it has none.
    pub(crate) fn rows(&self) -> String {
        let table = self.dataset.quoted();
        let missing = LINEAGE
            .iter()
            .filter(|(name, _)| self.column(name).is_none());
        let made_up: Vec<String> = missing
            .map(|(name, value)| format!("{value} AS \"{name}\", "))
            .collect();
        match made_up.is_empty() {
            true => table,
            false => format!("(SELECT {}t.* FROM {table} AS t)", made_up.concat()),
        }
    }

    /// Whether every row says of which load and record it is.
    pub(crate) fn has_lineage(&self) -> bool {
        let is_number = |live: &Shape| live.ty == Type::Int8.sql() && live.not_null;
        LINEAGE
            .iter()
            .all(|(name, _)| self.column(name).is_some_and(is_number))
    }

    /// Whether rows have a `ctid`.
    pub(crate) fn is_stored(&self) -> bool {
        self.is_stored
    }
}

/// `varchar` is `text` with a limit on what is written; `char` is not: it takes no notice of blanks at the end.
fn serves(live: &Shape, ty: Type) -> bool {
    live.ty == ty.sql() || (ty == Type::Text && live.ty == "character varying")
}

//! Every way a silver table keeps what is loaded, over one small contract in which everything collides often.

use std::sync::Arc;

use metalayer::core::{ColumnDef, Row, Type, Value};
use metalayer::prelude::*;
use ml_chaos::Dice;

pub(crate) mod winners;

/// The columns of the contract.
pub(crate) const COLUMNS: &str = "id, part, version, content, at, gone";

/// How a table is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeping {
    Appended,
    /// The grain is the whole row.
    Whole,
    Newest,
    First,
    Version,
    /// A version by which the source says whether the thing is gone.
    Deleted,
    /// A grain of numbers alone, of which equal ones may be written in two ways.
    Numbers,
    History,
    /// A history of things that may be gone, by a key that may be NULL.
    Lives,
}

impl Keeping {
    pub(crate) const ALL: [Keeping; 9] = [
        Keeping::Appended,
        Keeping::Whole,
        Keeping::Newest,
        Keeping::First,
        Keeping::Version,
        Keeping::Deleted,
        Keeping::Numbers,
        Keeping::History,
        Keeping::Lives,
    ];

    fn grain(self) -> &'static [&'static str] {
        match self {
            Keeping::Appended | Keeping::Whole => &[],
            Keeping::Numbers => &["content"],
            Keeping::Lives => &["part"],
            _ => &["id", "part"],
        }
    }

    /// A table of this kind.
    pub(crate) fn table(self, dataset: &str) -> Table {
        let contract = contract(dataset, self.grain());
        let on_grain = || Merge::on_grain(&contract).unwrap();
        let merge = match self {
            Keeping::Appended => return Table::appended(contract),
            Keeping::History => return Table::history(contract.clone(), on_grain().version("at")),
            Keeping::Lives => {
                let merge = on_grain().version("at").deleted("gone");
                return Table::history(contract, merge);
            }
            Keeping::Whole => Merge::on_row(&contract),
            Keeping::Newest => on_grain(),
            Keeping::First => on_grain().first(),
            Keeping::Version | Keeping::Numbers => on_grain().version("version"),
            Keeping::Deleted => on_grain().version("version").deleted("gone"),
        };
        Table::merged(contract, merge)
    }

    pub(crate) fn is_history(self) -> bool {
        matches!(self, Keeping::History | Keeping::Lives)
    }

    /// What two tables are compared by: the rows that records stand behind, with their lineage.
    pub(crate) fn rows(self, table: &Table) -> String {
        let span = if self.is_history() {
            ", valid_from, valid_to"
        } else {
            ""
        };
        format!(
            "SELECT {COLUMNS}{span}, _deleted, _load_id, _record_no FROM {} WHERE _load_id <> 0",
            table.dataset().quoted()
        )
    }

    /// Rows that one table has and the other has not; NULL where there are none.
    pub(crate) fn difference(self, one: &Table, other: &Table) -> String {
        let missing =
            |a: &Table, b: &Table| format!("({} EXCEPT ALL {})", self.rows(a), self.rows(b));
        format!(
            "SELECT string_agg(d::text, ' ') FROM ({} UNION ALL {}) AS d",
            missing(one, other),
            missing(other, one)
        )
    }
}

pub(crate) fn contract(dataset: &str, grain: &[&str]) -> Contract {
    let nullable = |name, ty| ColumnDef {
        nullable: true,
        ..ColumnDef::of(name, ty)
    };
    let contract = Contract {
        dataset: dataset.parse().unwrap(),
        columns: vec![
            ColumnDef::of("id", Type::Int4),
            nullable("part", Type::Text),
            nullable("version", Type::Int8),
            nullable("content", Type::Numeric),
            ColumnDef::of("at", Type::Date),
            nullable("gone", Type::Bool),
        ],
        grain: grain.iter().map(ToString::to_string).collect(),
    };
    contract.checked().unwrap()
}

/// A row in which any column but the first and the day may be NULL.
pub(crate) fn row(contract: &Arc<Contract>, dice: &mut Dice) -> Row {
    let mut row = Row::new(Arc::clone(contract));
    row.set(0, Value::Int(dice.below(3) as i64)).unwrap();
    if dice.below(2) > 0 {
        row.set(1, Value::Text(String::from("a"))).unwrap();
    }
    if dice.below(4) > 0 {
        row.set(2, Value::Int(dice.below(3) as i64)).unwrap();
    }
    let content = rust_decimal::Decimal::new(dice.below(3) as i64 * 10, 1);
    let content = match dice.below(2) {
        0 => content,
        _ => content.normalize(),
    };
    row.set(3, Value::Decimal(content)).unwrap();
    row.set(4, day(dice.below(5))).unwrap();
    match dice.below(6) {
        0 => row.set(5, Value::Bool(true)).unwrap(),
        1 => row.set(5, Value::Bool(false)).unwrap(),
        _ => {}
    }
    row
}

/// Rows of these ids, versions and contents.
pub(crate) fn rows(contract: &Arc<Contract>, values: &[(i64, i64, i64)]) -> Vec<Row> {
    let row = |(id, version, content): &(i64, i64, i64)| {
        let mut row = Row::new(Arc::clone(contract));
        row.set(0, Value::Int(*id)).unwrap();
        row.set(2, Value::Int(*version)).unwrap();
        row.set(3, Value::Decimal((*content).into())).unwrap();
        row.set(4, day(0)).unwrap();
        row
    };
    values.iter().map(row).collect()
}

pub(crate) fn day(nth: u64) -> Value {
    let first = chrono::NaiveDate::from_ymd_opt(2024, 2, 27).unwrap();
    Value::Date(first + chrono::Days::new(nth))
}

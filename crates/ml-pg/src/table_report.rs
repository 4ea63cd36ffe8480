use std::collections::BTreeMap;
use std::fmt;

use ml_core::{LeftOut, LoadId, Scorecard};

/// What an audit of a table found; a [`Gate`](ml_core::Gate) can judge its card as that of a load.
#[derive(Debug, Clone, PartialEq)]
pub struct TableReport {
    /// What became of each row if it was a record: `accepted` are those that no rule holds back.
    pub card: Scorecard,
    /// The rules that were not run, and so are not on the card.
    pub left_out: Vec<LeftOut>,
    /// By rule, where some of the rows stand that violate it; empty unless it was asked for.
    pub samples: BTreeMap<String, Vec<RowAt>>,
}

/// Where a row of a table stands, without a value of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowAt {
    /// By its lineage.
    Record {
        /// The load that brought it.
        load: LoadId,
        /// The number of the record in its source.
        number: i64,
    },
    /// Where the table has no lineage: until the next write to it, `SELECT … FROM table WHERE ctid = …` shows it.
    Tuple {
        /// The table, or the partition of it, ready for a statement.
        table: String,
        /// The row's `ctid`.
        ctid: String,
    },
}

impl fmt::Display for RowAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RowAt::Record { load, number } => write!(f, "load {load}, record {number}"),
            RowAt::Tuple { table, ctid } => write!(f, "{table} at {ctid}"),
        }
    }
}

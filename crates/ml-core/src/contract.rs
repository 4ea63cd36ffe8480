use serde::{Deserialize, Serialize};

use crate::{ColumnDef, Dataset, Error, Ident, Result, Typed};

/// What a dataset promises: its columns and its grain; the run-time twin of a struct with `#[derive(Record)]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// The relation.
    pub dataset: Dataset,
    /// Its columns, in order.
    pub columns: Vec<ColumnDef>,
    /// The columns that make a row one thing; empty when nothing is promised.
    pub grain: Vec<String>,
}

/// PostgreSQL allows 1,600 columns; lineage takes five of them.
const MAX_COLUMNS: usize = 1_595;

impl Contract {
    /// The contract of a struct, checked.
    ///
    /// # Errors
    /// [`Contract`](crate::Kind::Contract) when a name is used twice, cannot be a SQL name, starts with `_`
    /// (kept for lineage), or the grain names no column.
    pub fn of<T: Typed>() -> Result<Self> {
        Contract::declared::<T>().checked()
    }

    /// The contract of a struct as it is declared, which may be one that cannot be kept.
    pub fn declared<T: Typed>() -> Self {
        Contract {
            dataset: T::DATASET,
            columns: T::COLUMNS.to_vec(),
            grain: T::GRAIN.iter().map(ToString::to_string).collect(),
        }
    }

    /// The same contract, when it can be kept.
    ///
    /// # Errors
    /// As [`Contract::of`].
    pub fn checked(self) -> Result<Self> {
        let refused = |what: String| {
            Err(Error::contract(format!(
                "contract of {}: {what}",
                self.dataset
            )))
        };
        if self.columns.is_empty() || self.columns.len() > MAX_COLUMNS {
            return refused(format!(
                "{} columns, expected 1 to {MAX_COLUMNS}",
                self.columns.len()
            ));
        }
        for (ordinal, column) in self.columns.iter().enumerate() {
            Ident::new(column.name.as_ref())?;
            if column.name.starts_with('_') {
                return refused(format!(
                    "column {} starts with _, which is kept for lineage",
                    column.name
                ));
            }
            if !column.notation.fits(column.ty) {
                return refused(format!(
                    "column {} is {}: a decimal and a thousands mark are for numbers, each a character of its own",
                    column.name, column.ty
                ));
            }
            if self.columns[..ordinal]
                .iter()
                .any(|other| other.name == column.name || other.header == column.header)
            {
                return refused(format!("column {} is there twice", column.name));
            }
        }
        match self.grain.iter().find(|name| self.ordinal(name).is_none()) {
            Some(name) => refused(format!("the grain names {name}, which is no column")),
            None => Ok(self),
        }
    }

    /// The place of a column, from 0.
    pub fn ordinal(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

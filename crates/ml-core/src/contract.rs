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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Notation, Type};

    fn contract(names: &[&'static str]) -> Contract {
        let columns = names.iter().map(|name| ColumnDef::of(name, Type::Text));
        Contract {
            dataset: Dataset::of("bronze", "orders"),
            columns: columns.collect(),
            grain: Vec::new(),
        }
    }

    fn numbered(columns: usize) -> Contract {
        let named = |nth| ColumnDef {
            name: format!("c{nth}").into(),
            header: format!("C{nth}").into(),
            ..ColumnDef::of("", Type::Text)
        };
        Contract {
            columns: (0..columns).map(named).collect(),
            ..contract(&[])
        }
    }

    #[test]
    fn what_can_be_kept_is_left_as_it_is() {
        let kept = Contract {
            grain: vec!["b".into(), "a".into()],
            ..contract(&["a", "b"])
        };
        assert_eq!(kept.clone().checked().unwrap(), kept);
        assert_eq!((kept.ordinal("a"), kept.ordinal("b")), (Some(0), Some(1)));
        assert_eq!(kept.ordinal("A"), None);
        assert!(
            numbered(1_595).checked().is_ok(),
            "PostgreSQL has room for them"
        );
    }

    #[test]
    fn what_cannot_be_kept_is_named() {
        let mut headed = contract(&["a", "b"]);
        headed.columns[1].header = "a".into();
        let mut marked = contract(&["a"]);
        marked.columns[0].notation = Notation {
            decimal: Some(','),
            ..Notation::PLAIN
        };
        let mut grained = contract(&["a"]);
        grained.grain = vec!["a".into(), "z".into()];
        let cases = [
            (contract(&[]), "0 columns, expected 1 to 1595"),
            (numbered(1_596), "1596 columns, expected 1 to 1595"),
            (
                contract(&["a", "_b"]),
                "column _b starts with _, which is kept for lineage",
            ),
            (
                marked,
                "column a is text: a decimal and a thousands mark are for numbers",
            ),
            (contract(&["a", "b", "a"]), "column a is there twice"),
            (headed, "column b is there twice"),
            (grained, "the grain names z, which is no column"),
        ];
        for (contract, why) in cases {
            let error = contract.checked().unwrap_err();
            assert_eq!(error.kind(), Kind::Contract);
            let why = format!("contract of bronze.orders: {why}");
            assert!(error.to_string().starts_with(&why), "{error}");
        }
        let error = contract(&["a", ""]).checked().unwrap_err();
        assert_eq!(error.kind(), Kind::Contract, "no name in SQL");
    }
}

use serde::{Deserialize, Serialize};

use crate::{ColumnDef, Contract, Error, Result, Type};

/// How records become rows of a table that holds each thing once.
///
/// * [`Newest`](Wins::Newest): the newest (load, record) wins, or, where the grain is all there is to a row, the
///   smallest: there is nothing to win but the lineage.
/// * [`First`](Wins::First): the smallest (load, record) wins.
/// * [`Highest`](Wins::Highest): among versions of one thing the highest in a column wins; a tie is won by the
///   greatest content, and a tie of content by the smallest (load, record).
///
/// Each is a function of the set of records alone, so the order of commits cannot change the table.
///
/// ```
/// use ml_core::{ColumnDef, Contract, Merge, Type, Wins};
///
/// let contract = Contract {
///     dataset: "silver.customers".parse()?,
///     columns: vec![
///         ColumnDef::of("id", Type::Int8),
///         ColumnDef::of("town", Type::Text),
///         ColumnDef::of("changed_at", Type::Timestamptz),
///         ColumnDef::of("is_gone", Type::Bool),
///     ],
///     grain: vec![String::from("id")],
/// };
/// let merge = Merge::on_grain(&contract)?.version("changed_at").deleted("is_gone");
/// assert_eq!(merge.wins, Wins::Highest(String::from("changed_at")));
/// merge.check(&contract)?;
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// The columns that make a row one thing; NULL counts as a value.
    pub grain: Vec<String>,
    /// Which of the records of one thing wins.
    pub wins: Wins,
    /// The boolean column by which the source itself says that a thing is gone. Such a record wins or loses as every
    /// record does; where it has won, the row is marked as deleted. NULL says that the thing is there.
    pub deleted: Option<String>,
}

/// Which of the records of one thing wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wins {
    /// The last that came: the greatest (load, record).
    Newest,
    /// The one that came first: the smallest (load, record).
    First,
    /// The highest in this column, NULL being the least.
    Highest(String),
}

impl Merge {
    /// Merges on the grain of the contract, the newest record winning.
    ///
    /// # Errors
    /// [`Contract`](crate::Kind::Contract) when the contract has no grain.
    pub fn on_grain(contract: &Contract) -> Result<Self> {
        if contract.grain.is_empty() {
            let dataset = &contract.dataset;
            return Err(Error::contract(format!(
                "{dataset} has no grain to merge on"
            )));
        }
        Ok(Merge::on(contract.grain.clone()))
    }

    /// Keeps one of records that are the same in every column: the one that came first.
    pub fn on_row(contract: &Contract) -> Self {
        let columns = contract.columns.iter();
        Merge::on(columns.map(|column| column.name.to_string()).collect()).first()
    }

    fn on(grain: Vec<String>) -> Self {
        Merge {
            grain,
            wins: Wins::Newest,
            deleted: None,
        }
    }

    /// The same merge, the record that came first winning.
    pub fn first(mut self) -> Self {
        self.wins = Wins::First;
        self
    }

    /// The same merge, ordered by a column.
    pub fn version(mut self, column: impl Into<String>) -> Self {
        self.wins = Wins::Highest(column.into());
        self
    }

    /// The same merge, with the boolean column by which the source says that a thing is gone.
    pub fn deleted(mut self, column: impl Into<String>) -> Self {
        self.deleted = Some(column.into());
        self
    }

    /// The column that orders versions, if any does.
    pub fn versions(&self) -> Option<&str> {
        match &self.wins {
            Wins::Highest(column) => Some(column),
            Wins::Newest | Wins::First => None,
        }
    }

    /// Compares it with the contract of the table.
    ///
    /// # Errors
    /// [`Contract`](crate::Kind::Contract) when it has no grain, it names what is no column, or the column that says
    /// that a thing is gone is not a boolean one outside the grain.
    pub fn check(&self, contract: &Contract) -> Result<()> {
        let named = self.grain.iter().map(String::as_str);
        let named = named.chain(self.versions()).chain(self.deleted.as_deref());
        for name in named {
            self.column(contract, name)?;
        }
        if self.grain.is_empty() {
            return Err(refused(contract, "has no grain"));
        }
        match &self.deleted {
            Some(name) if self.grain.contains(name) => Err(refused(
                contract,
                &format!("has {name} in its grain: what is gone would be another thing"),
            )),
            Some(name) if self.column(contract, name)?.ty != Type::Bool => Err(refused(
                contract,
                &format!("takes {name} for whether a thing is gone: a boolean is expected"),
            )),
            _ => Ok(()),
        }
    }

    /// The column that says from when on a version holds: what a history is made by.
    ///
    /// # Errors
    /// [`Contract`](crate::Kind::Contract) when no column orders versions, or it is not an instant or a day outside the
    /// grain that is always there; and as [`check`](Merge::check).
    pub fn instant<'a>(&self, contract: &'a Contract) -> Result<&'a ColumnDef> {
        self.check(contract)?;
        let Some(name) = self.versions() else {
            return Err(refused(
                contract,
                "has no version to make a history by: name the column that says from when on a record holds",
            ));
        };
        let column = self.column(contract, name)?;
        let is_time = matches!(column.ty, Type::Date | Type::Timestamp | Type::Timestamptz);
        if !is_time || column.nullable || self.grain.iter().any(|grain| grain == name) {
            let what = format!(
                "makes a history by {name}: a date, timestamp or timestamptz that is never NULL and not in the grain is expected"
            );
            return Err(refused(contract, &what));
        }
        Ok(column)
    }

    fn column<'a>(&self, contract: &'a Contract, name: &str) -> Result<&'a ColumnDef> {
        let column = contract.ordinal(name);
        column
            .map(|ordinal| &contract.columns[ordinal])
            .ok_or_else(|| refused(contract, &format!("names {name}, which is no column")))
    }
}

fn refused(contract: &Contract, what: &str) -> Error {
    let dataset = &contract.dataset;
    Error::contract(format!("the merge into {dataset} {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dataset;

    fn contract() -> Contract {
        let columns = [
            ("id", Type::Int8),
            ("day", Type::Date),
            ("gone", Type::Bool),
        ];
        Contract {
            dataset: Dataset::of("silver", "s"),
            columns: columns.map(|(name, ty)| ColumnDef::of(name, ty)).into(),
            grain: vec![String::from("id")],
        }
    }

    fn merge() -> Merge {
        Merge::on_grain(&contract()).unwrap()
    }

    #[test]
    fn what_a_table_has_is_taken() {
        for merge in [
            merge(),
            merge().first(),
            merge().version("day").deleted("gone"),
            Merge::on_row(&contract()),
        ] {
            merge.check(&contract()).unwrap();
        }
        let history = merge().version("day");
        assert_eq!(history.instant(&contract()).unwrap().name, "day");
    }

    #[test]
    fn what_it_has_not_is_named() {
        let none = Merge {
            grain: Vec::new(),
            ..merge()
        };
        let cases = [
            (merge().version("age"), "names age, which is no column"),
            (merge().deleted("dead"), "names dead, which is no column"),
            (
                merge().deleted("day"),
                "takes day for whether a thing is gone",
            ),
            (
                Merge::on_row(&contract()).deleted("gone"),
                "has gone in its grain",
            ),
            (none, "has no grain"),
        ];
        for (merge, why) in cases {
            let error = merge.check(&contract()).unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
        }
    }

    #[test]
    fn a_history_is_made_by_time() {
        let mut lax = contract();
        lax.columns[1].nullable = true;
        let cases = [
            (merge(), contract(), "has no version"),
            (merge().version("id"), contract(), "makes a history by id"),
            (merge().version("day"), lax, "never NULL"),
            (
                Merge::on_row(&contract()).version("day"),
                contract(),
                "not in the grain",
            ),
        ];
        for (merge, contract, why) in cases {
            let error = merge.instant(&contract).unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
        }
    }

    #[test]
    fn who_wins_is_what_was_said_last() {
        assert_eq!(merge().wins, Wins::Newest);
        assert_eq!(merge().first().wins, Wins::First);
        assert_eq!(merge().first().versions(), None);
        let versioned = merge().first().version("day");
        assert_eq!(versioned.wins, Wins::Highest("day".into()));
        assert_eq!(versioned.versions(), Some("day"));
        let row = Merge::on_row(&contract());
        assert_eq!((row.grain.len(), row.wins), (3, Wins::First));
        let mut none = contract();
        none.grain.clear();
        let error = Merge::on_grain(&none).unwrap_err();
        assert_eq!(error.to_string(), "silver.s has no grain to merge on");
    }
}

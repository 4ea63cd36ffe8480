use ml_core::{Contract, Dataset, Error, Ident, Merge, Result, Type};

use crate::keeping::Keeping;

/// A data table: what a contract promises, the lineage of every row, and how it keeps what is loaded into it.
///
/// Rows of a table that an [`Increment`](crate::Increment) fills are never deleted. Where one is taken out it is marked
/// by `_deleted`, so that whoever follows `_changed_load` sees it go: readers ask for rows `WHERE NOT "_deleted"`. Where
/// no record stands behind such a row any more, because its load was [unloaded](crate::Database::unload), `_load_id` and
/// `_record_no` are 0.
///
/// | | One row is | Which record wins |
/// | --- | --- | --- |
/// | [`landing`](Table::landing) | a record of a source | none: all are there |
/// | [`appended`](Table::appended) | a record of a source, standardised | none: all are there |
/// | [`merged`](Table::merged) | a thing (SCD type 1, or without duplicates) | as its [`Merge`] says |
/// | [`history`](Table::history) | a span of time of a thing (SCD type 2) | at each instant as its [`Merge`] says |
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) contract: Contract,
    pub(crate) keeping: Keeping,
}

/// One column as it is to be in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) name: String,
    pub(crate) ty: String,
    pub(crate) not_null: bool,
}

impl Shape {
    pub(crate) fn of(name: &str, ty: Type) -> Self {
        Shape {
            name: name.to_owned(),
            ty: ty.sql().to_owned(),
            not_null: true,
        }
    }

    fn nullable(mut self) -> Self {
        self.not_null = false;
        self
    }
}

impl Table {
    /// A table that takes records as they come, without a constraint.
    ///
    /// (`_load_id`, `_record_no`) is unique by the way it comes about: the ledger counts the loads, a feed its records,
    /// and a load is there whole or not at all. A key that says so again costs more than all checks of a load
    /// together; what finds the rows of a load is a BRIN index on `_load_id`. A table with the key serves as well.
    pub fn landing(contract: Contract) -> Self {
        let keeping = Keeping::Landing;
        Table { contract, keeping }
    }

    /// A table for an [`Increment`](crate::Increment) that takes every record in as a row of its own.
    pub fn appended(contract: Contract) -> Self {
        let keeping = Keeping::Appended;
        Table { contract, keeping }
    }

    /// A table that holds each thing once.
    pub fn merged(contract: Contract, merge: Merge) -> Self {
        let keeping = Keeping::Merged(merge);
        Table { contract, keeping }
    }

    /// A table that holds each thing once for every span of time in which it did not change (SCD type 2).
    ///
    /// A span is from `valid_from` to before `valid_to`, which is NULL where it has not ended; both are of the type of
    /// the column that orders versions. Every version taken in is kept in a table beside, `<name>_version`, and the
    /// history of a thing is made of all of them anew whenever one comes in, however late, or goes:
    ///
    /// 1. of several records of one instant the greatest content wins, then the smallest (load, record);
    /// 2. one that changes nothing but the instant begins no span;
    /// 3. one by which the source says that the thing is gone ends a span, and begins none.
    ///
    /// Spans of one thing cannot overlap: an exclusion constraint, judged when the load ends, sees to it.
    pub fn history(contract: Contract, merge: Merge) -> Self {
        let keeping = Keeping::History(merge);
        Table { contract, keeping }
    }

    /// The relation.
    pub fn dataset(&self) -> &Dataset {
        &self.contract.dataset
    }

    /// The table of the versions that a history is made of.
    pub(crate) fn versions(&self) -> Result<Option<Table>> {
        let Keeping::History(_) = self.keeping else {
            return Ok(None);
        };
        let mut contract = self.contract.clone();
        contract.dataset = contract.dataset.beside("_version")?;
        Ok(Some(Table::landing(contract)))
    }

    /// Refuses a table that cannot be what it is to be.
    pub(crate) fn check(&self) -> Result<()> {
        self.keeping.check(&self.contract)
    }

    /// How it keeps what an increment takes in.
    pub(crate) fn silver(&self) -> Result<&Keeping> {
        self.check()?;
        match &self.keeping {
            Keeping::Landing => Err(Error::contract(format!(
                "{} takes the records of a source as they come: an increment goes into a table that is appended to, \
                 merged into or has a history",
                self.dataset()
            ))),
            keeping => Ok(keeping),
        }
    }

    /// The columns that records bring, quoted, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.contract
            .columns
            .iter()
            .map(|column| quoted(&column.name))
            .collect()
    }

    /// The statement a load streams its rows into.
    pub(crate) fn copy_into(&self, relation: &str) -> String {
        let names = self.names().join(", ");
        format!("COPY {relation} (\"_load_id\", \"_record_no\", {names}) FROM STDIN BINARY")
    }

    /// The statement by which an increment streams rows straight into it.
    pub(crate) fn copy_straight(&self) -> String {
        let (names, into) = (self.names().join(", "), self.dataset().quoted());
        format!(
            "COPY {into} (\"_load_id\", \"_record_no\", {names}, \"_changed_load\") FROM STDIN BINARY"
        )
    }

    /// Every column of the table.
    pub(crate) fn shapes(&self) -> Vec<Shape> {
        let own = self.contract.columns.iter().map(|column| Shape {
            name: column.name.to_string(),
            ty: column.ty.sql().to_owned(),
            not_null: !column.nullable,
        });
        own.chain(self.further()).collect()
    }

    /// The columns that no record brings.
    pub(crate) fn further(&self) -> Vec<Shape> {
        let number = |name: &str| Shape::of(name, Type::Int8);
        let mut shapes = vec![number("_load_id"), number("_record_no")];
        if let Keeping::History(merge) = &self.keeping
            && let Ok(instant) = merge.instant(&self.contract)
        {
            shapes.push(Shape::of("valid_from", instant.ty));
            shapes.push(Shape::of("valid_to", instant.ty).nullable());
        }
        if !matches!(self.keeping, Keeping::Landing) {
            shapes.extend([number("_changed_load"), number("_row_id")]);
            shapes.push(Shape::of("_deleted", Type::Bool));
        }
        shapes
    }
}

/// A contract's names were checked when it was made; one made by hand is checked by the server.
pub(crate) fn quoted(name: &str) -> String {
    Ident::new(name).map_or_else(|_| String::from("\"\""), |name| name.to_string())
}

mod kept;

use ml_core::{Dataset, Error, Result};

use crate::column::Column;
use crate::quote::quoted;
use crate::table::Table;
use crate::{Dimension, Fact};

/// How a fact finds its row in a dimension: by an expression for each natural key.
///
/// ```
/// use ml_gold::Reference;
///
/// let shipped = Reference::to("dim_date").by("shipped_at").column("shipped_date_key").optional();
/// # let _ = shipped;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    dimension: String,
    by: Vec<String>,
    column: Option<String>,
    presence: Presence,
    membership: Membership,
    kept: Kept,
}

/// What keeps a fact from referring to a member that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    ByForeignKey,
    ByCheck,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Expected,
    Optional,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Membership {
    Looked,
    Inferred,
}

impl Reference {
    /// A reference to the dimension of this name.
    pub fn to(dimension: impl Into<String>) -> Self {
        Reference {
            dimension: dimension.into(),
            by: Vec::new(),
            column: None,
            presence: Presence::Expected,
            membership: Membership::Looked,
            kept: Kept::ByForeignKey,
        }
    }

    /// The value of the natural key; once for each column of it, in their order.
    pub fn by(mut self, expr: impl Into<String>) -> Self {
        self.by.push(expr.into());
        self
    }

    /// The name of the foreign key where it plays a role of its own; by default that of the dimension's key.
    pub fn column(mut self, name: impl Into<String>) -> Self {
        self.column = Some(name.into());
        self
    }

    /// Facts may well be without it: those on the unknown member are not counted.
    pub fn optional(mut self) -> Self {
        self.presence = Presence::Optional;
        self
    }

    /// A key that the dimension does not have yet makes a member of it, of which nothing else is known: its column
    /// `is_inferred` says so. When the dimension's own source has it, it is completed and keeps its surrogate key. Facts
    /// without a key are on the unknown member as ever. The first span of a history then begins at `-infinity`, since
    /// a member was there as soon as a fact knew it.
    pub fn inferred(mut self) -> Self {
        self.membership = Membership::Inferred;
        self
    }

    /// A check of every refresh keeps it, in the place of a foreign key of the server and its index: the rows that were
    /// touched, and in a full refresh all rows, refer to members that are there.
    ///
    /// A foreign key looks each new fact up by itself, locks its member, and its index is written at random: for 65,000
    /// new facts with three of them that is 1.0 of 1.1 s. Without it nobody but the refresh may write to the tables, and
    /// members that vanish cost a scan of the fact.
    pub fn checked(mut self) -> Self {
        self.kept = Kept::ByCheck;
        self
    }

    /// The same reference by other expressions, made of its own.
    pub(crate) fn over(mut self, change: impl Fn(&str) -> String) -> Self {
        self.by = self.by.iter().map(|expr| change(expr)).collect();
        self
    }

    pub(crate) fn infers(&self) -> bool {
        self.membership == Membership::Inferred
    }

    pub(crate) fn means(&self, dimension: &Dimension) -> bool {
        self.dimension == dimension.name()
    }

    pub(crate) fn exprs(&self) -> &[String] {
        &self.by
    }

    /// The same reference with the dimension it means, of a fact whose rows are those of `source`.
    pub(crate) fn resolve<'a>(
        &'a self,
        fact: &str,
        source: Option<&Dataset>,
        dimensions: &'a [Dimension],
    ) -> Result<Lookup<'a>> {
        let found = dimensions.iter().find(|d| d.name() == self.dimension);
        let dimension = found.ok_or_else(|| {
            Error::contract(format!(
                "{fact} refers to {:?}, which is no dimension of the warehouse",
                self.dimension
            ))
        })?;
        let name = self.column.clone();
        Ok(Lookup {
            dimension,
            column: name.unwrap_or_else(|| dimension.surrogate()),
            by: dimension.sought(fact, source, &self.by)?,
            expected: self.presence == Presence::Expected,
            kept: self.kept,
        })
    }
}

/// A foreign key of a fact: a reference and the dimension it means.
#[derive(Debug)]
pub(crate) struct Lookup<'a> {
    pub(crate) dimension: &'a Dimension,
    pub(crate) column: String,
    by: Vec<(Column, String)>,
    pub(crate) expected: bool,
    kept: Kept,
}

impl Lookup<'_> {
    /// Whether the dimension has a member for each row of the fact with a key: it is made of the same rows, by the same
    /// expressions. What a fact is on then tells which key its row had when it was last refreshed.
    pub(crate) fn is_own(&self, fact: &Fact) -> bool {
        let history = self.dimension.history();
        let at = fact.instant();
        self.dimension.source() == fact.source()
            && self.by.iter().all(|(key, expr)| same(&key.expr, expr))
            && history.is_none_or(|history| at.is_some_and(|at| same(&history.effective, at)))
    }

    /// The expressions it is found by.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = &str> {
        self.by.iter().map(|(_, expr)| expr.as_str())
    }

    /// The names of the natural keys, and what [`values`](Lookup::values) calls them.
    pub(crate) fn sought(&self, nth: usize) -> Vec<(&str, String)> {
        let by = self.by.iter().enumerate();
        by.map(|(n, (key, _))| (&*key.name, sought(nth, n)))
            .collect()
    }

    pub(crate) fn foreign_key(&self) -> Column {
        Column::new(&*self.column, self.dimension.key_type(), "-1")
    }

    /// What an aggregate calls the dimension.
    pub(crate) fn role(&self) -> &str {
        self.column.strip_suffix("_key").unwrap_or(&self.column)
    }

    /// The natural keys as columns of the source, the lookup being the `nth`.
    pub(crate) fn values(&self, nth: usize) -> Vec<String> {
        let by = self.by.iter().enumerate();
        let columns = by.map(|(n, (key, expr))| Column::new(sought(nth, n), key.ty, &**expr));
        columns.map(|column| column.selected()).collect()
    }

    /// Finds the key among the rows that stay: a vanished span may overlap the one in its place until it is deleted.
    pub(crate) fn join(&self, nth: usize, table: &Table) -> String {
        let span: &[&str] = match self.dimension.history() {
            Some(_) => &["valid_from", "valid_to"],
            None => &[],
        };
        let surrogate = self.dimension.surrogate();
        let names = self.by.iter().map(|(key, _)| &*key.name);
        let names = [&*surrogate].into_iter().chain(names);
        let names = names.chain(span.iter().copied());
        let columns: Vec<String> = names
            .map(|name| format!("member.{}", quoted(name)))
            .collect();
        let keys = self.by.iter().enumerate();
        let equal = keys.map(|(n, (key, _))| {
            let sought = quoted(&sought(nth, n));
            format!("found_{nth}.{} = source.{sought}", key.quoted())
        });
        let during = (!span.is_empty()).then(|| {
            format!(
                "found_{nth}.\"valid_from\" <= source.\"_at\" AND source.\"_at\" < found_{nth}.\"valid_to\""
            )
        });
        format!(
            "LEFT JOIN (
        {}
    ) AS found_{nth} ON {}",
            table.remaining("member", &columns.join(", ")),
            equal.chain(during).collect::<Vec<_>>().join(" AND ")
        )
    }

    /// The key that was found, or the unknown member's.
    pub(crate) fn found(&self, nth: usize) -> String {
        format!(
            "coalesce(found_{nth}.{}, -1) AS {}",
            quoted(&self.dimension.surrogate()),
            quoted(&self.column)
        )
    }
}

fn same(one: &str, other: &str) -> bool {
    one.trim() == other.trim()
}

fn sought(nth: usize, n: usize) -> String {
    format!("_key_{nth}_{n}")
}

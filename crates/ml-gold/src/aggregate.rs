use ml_core::{Audit, Error, Ident, Result, Type};

use crate::Dimension;
use crate::column::Column;
use crate::fact::Fact;
use crate::index::Index;
use crate::model::Model;
use crate::quote::quoted;
use crate::reconcile::{self, Sum};
use crate::reference::Lookup;
use crate::renewal::Renewal;
use crate::roles;
use crate::table::Table;

/// A table of sums and counts over a fact, one row per group.
///
/// Expressions see the fact as `fact`, and each of its dimensions by the name of the key without `_key`. Renewed
/// incrementally, counts and sums take what facts bring and take away; where there is another measure, or no count to
/// tell by that a group is empty, the groups that were touched are computed anew.
///
/// ```
/// use ml_core::Type;
/// use ml_gold::Aggregate;
///
/// let daily = Aggregate::new("agg_daily_sales", "fct_sales")
///     .group("day", Type::Date, "date.day")
///     .count("lines")
///     .sum("amount", "amount")
///     .measure("invoices", Type::Int8, "count(DISTINCT fact.invoice_no)");
/// # let _ = daily;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    name: String,
    fact: String,
    groups: Vec<Column>,
    measures: Vec<Measure>,
    pub(crate) renewal: Option<Renewal>,
    indexes: Vec<Index>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Measure {
    Count(String),
    Sum { name: String, of: String },
    Other(Column),
}

impl Aggregate {
    /// An aggregate over the fact of this name.
    pub fn new(name: impl Into<String>, fact: impl Into<String>) -> Self {
        Aggregate {
            name: name.into(),
            fact: fact.into(),
            groups: Vec::new(),
            measures: Vec::new(),
            renewal: None,
            indexes: Vec::new(),
        }
    }

    /// What tells its rows apart, never NULL; several make up one key.
    pub fn group(mut self, name: impl Into<String>, ty: Type, expr: impl Into<String>) -> Self {
        self.groups.push(Column::new(name, ty, expr));
        self
    }

    /// How many facts there are; reconciled with the fact.
    pub fn count(mut self, name: impl Into<String>) -> Self {
        self.measures.push(Measure::Count(name.into()));
        self
    }

    /// The sum of a measure of the fact that adds up over what is grouped away; reconciled with the fact.
    pub fn sum(mut self, name: impl Into<String>, measure: impl Into<String>) -> Self {
        let (name, of) = (name.into(), measure.into());
        self.measures.push(Measure::Sum { name, of });
        self
    }

    /// Any other aggregate expression, such as a distinct count, which cannot be reconciled by adding up.
    pub fn measure(mut self, name: impl Into<String>, ty: Type, expr: impl Into<String>) -> Self {
        let column = Column::new(name, ty, expr).nullable();
        self.measures.push(Measure::Other(column));
        self
    }

    /// An index beside that of its groups.
    pub fn index(mut self, index: Index) -> Self {
        self.indexes.push(index);
        self
    }

    /// How it is renewed.
    pub fn renewed(mut self, renewal: Renewal) -> Self {
        self.renewal = Some(renewal);
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The name of the fact it is over.
    pub(crate) fn over(&self) -> &str {
        &self.fact
    }

    pub(crate) fn groups(&self) -> &[Column] {
        &self.groups
    }

    /// Whether what facts bring and take away is all there is to its measures.
    pub(crate) fn is_additive(&self) -> bool {
        let measures = || self.measures.iter();
        let counts = measures().any(|measure| matches!(measure, Measure::Count(_)));
        counts && measures().all(|measure| measure.sum().is_some())
    }

    /// Its counts.
    pub(crate) fn counts(&self) -> impl Iterator<Item = &str> {
        self.measures.iter().filter_map(|measure| match measure {
            Measure::Count(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Of the columns of its table those that add up.
    pub(crate) fn addends<'a>(&self, table: &'a Table) -> Vec<&'a Column> {
        let columns = table.columns[self.groups.len()..].iter();
        let measures = columns.zip(&self.measures);
        let adding = measures.filter(|(_, measure)| measure.sum().is_some());
        adding.map(|(column, _)| column).collect()
    }

    /// The aggregate over one of `facts`, whose table is among `tables`.
    pub(crate) fn model(
        &self,
        schema: &Ident,
        dimensions: &[Dimension],
        facts: &[Fact],
        tables: &[&Table],
    ) -> Result<Model> {
        let unknown = || {
            Error::contract(format!(
                "{} is over {:?}, which is no fact of the warehouse",
                self.name, self.fact
            ))
        };
        let fact = facts.iter().find(|fact| fact.name() == self.fact);
        let fact = fact.ok_or_else(unknown)?;
        let source = tables.iter().find(|table| table.name == self.fact);
        let source = source.ok_or_else(unknown)?.quoted();
        let lookups = fact.lookups(dimensions)?;
        let measures: Result<Vec<Column>> = self
            .measures
            .iter()
            .map(|m| m.column(self, fact, &lookups))
            .collect();
        let table = self.table(schema, measures?)?;
        let fresh = self.fresh(&table, &source, &lookups, tables);
        let guards: Result<Vec<String>> = self.indexes.iter().map(|i| i.guard(&table)).collect();
        Ok(Model {
            install: Vec::new(),
            guards: guards?,
            checks: self.check(&table, &source, &fresh).into_iter().collect(),
            fresh,
            table,
        })
    }

    /// That it adds up to the fact; which groups do not is asked when it does not.
    fn check(&self, table: &Table, source: &str, fresh: &str) -> Option<Audit> {
        let target = table.quoted();
        let addends = self.addends(table);
        let names: Vec<&str> = addends.iter().map(|column| &*column.name).collect();
        let differing = reconcile::all(fresh, table, &names, self.counts().next());
        let sums = self.measures.iter().filter_map(Measure::sum);
        (!names.is_empty()).then(|| reconcile::audit(&self.name, source, &target, sums, &differing))
    }

    fn table(&self, schema: &Ident, measures: Vec<Column>) -> Result<Table> {
        let key: Vec<String> = self.groups.iter().map(|group| group.name.clone()).collect();
        let table = Table {
            schema: schema.clone(),
            name: self.name.clone(),
            surrogate: None,
            columns: self.groups.iter().cloned().chain(measures).collect(),
            clauses: vec![Table::keyed("PRIMARY KEY", key.iter().map(String::as_str))],
            order: key.clone(),
            key,
            unknown: None,
            months: None,
        };
        table.checked()
    }

    fn fresh(
        &self,
        table: &Table,
        fact: &str,
        lookups: &[Lookup<'_>],
        tables: &[&Table],
    ) -> String {
        let columns: Vec<String> = table.columns.iter().map(Column::selected).collect();
        let groups: Vec<String> = (1..=self.groups.len()).map(|n| n.to_string()).collect();
        format!(
            "WITH fresh AS (
    SELECT
        {}
    FROM {}
    GROUP BY {}
)",
            columns.join(",\n        "),
            roles::joined(fact, lookups, tables),
            groups.join(", ")
        )
    }
}

impl Measure {
    fn column(&self, aggregate: &Aggregate, fact: &Fact, lookups: &[Lookup<'_>]) -> Result<Column> {
        match self {
            Measure::Count(name) => Ok(Column::new(&**name, Type::Int8, "count(*)")),
            Measure::Other(column) => Ok(column.clone()),
            Measure::Sum { name, of } => {
                let measure = fact.summable(&aggregate.name, of, &aggregate.groups, lookups)?;
                let ty = match measure.ty {
                    Type::Int4 => Type::Int8,
                    _ => Type::Numeric,
                };
                Ok(Column::new(
                    &**name,
                    ty,
                    format!("sum(fact.{})", quoted(of)),
                ))
            }
        }
    }

    /// What must be the same over the whole fact.
    fn sum(&self) -> Option<Sum> {
        let (name, expected) = match self {
            Measure::Count(name) => (name, String::from("count(*)")),
            Measure::Sum { name, of } => (name, format!("sum({})", quoted(of))),
            Measure::Other(_) => return None,
        };
        Some(Sum {
            name: name.clone(),
            expected,
            found: format!("sum({})", quoted(name)),
        })
    }
}

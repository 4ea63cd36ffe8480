use ml_core::{Audit, Dataset, Error, Ident, Result, Type};

use crate::column::{Column, ROW_ID};
use crate::index::Index;
use crate::live::live;
use crate::model::Model;
use crate::months::{self, Months};
use crate::quote::quoted;
use crate::reference::Lookup;
use crate::renewal::Renewal;
use crate::table::Table;
use crate::{Additivity, Dimension, Reference, reconcile};

/// A fact table: one row per row of its source, with a key into each dimension, and measures.
///
/// The source is a table of silver: it has a `_row_id` that tells its rows apart, and so has the fact; rows that it
/// marks by `_deleted` are left out. Expressions are SQL over the source's
/// columns, and are trusted as code is.
///
/// ```
/// use ml_core::{Dataset, Type};
/// use ml_gold::{Fact, Reference};
///
/// let sales = Fact::new("fct_sales", Dataset::of("silver", "sales"))
///     .at("invoice_date")
///     .dimension(Reference::to("dim_customer").by("customer_id"))
///     .degenerate("invoice_no", Type::Text, "invoice_no")
///     .measure("amount", Type::Numeric, "quantity * unit_price");
/// # let _ = sales;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    name: String,
    source: Dataset,
    at: Option<String>,
    pub(crate) references: Vec<Reference>,
    pub(crate) columns: Vec<Column>,
    measures: Vec<String>,
    /// Measures that do not add up over everything.
    pub(crate) partly: Vec<(String, Additivity)>,
    pub(crate) renewal: Option<Renewal>,
    indexes: Vec<Index>,
    months: Option<String>,
}

impl Fact {
    /// A fact over `source`.
    pub fn new(name: impl Into<String>, source: Dataset) -> Self {
        Fact {
            name: name.into(),
            source,
            at: None,
            references: Vec::new(),
            columns: Vec::new(),
            measures: Vec::new(),
            partly: Vec::new(),
            renewal: None,
            indexes: Vec::new(),
            months: None,
        }
    }

    /// The instant at which it is looked up in type 2 dimensions; becomes a `timestamp`.
    pub fn at(mut self, instant: impl Into<String>) -> Self {
        self.at = Some(instant.into());
        self
    }

    /// A key into a dimension; -1, the unknown member, where nothing is found.
    pub fn dimension(mut self, reference: Reference) -> Self {
        self.references.push(reference);
        self
    }

    /// A column without a dimension of its own that is never NULL, such as an invoice number.
    pub fn degenerate(
        mut self,
        name: impl Into<String>,
        ty: Type,
        expr: impl Into<String>,
    ) -> Self {
        self.columns.push(Column::new(name, ty, expr));
        self
    }

    /// A column that may be NULL.
    pub fn attribute(mut self, name: impl Into<String>, ty: Type, expr: impl Into<String>) -> Self {
        self.columns.push(Column::new(name, ty, expr).nullable());
        self
    }

    /// A number to add up, never NULL; its sum is reconciled with the source. Sums of floats depend on the order, so
    /// it is `integer`, `bigint` or `numeric`.
    pub fn measure(mut self, name: impl Into<String>, ty: Type, expr: impl Into<String>) -> Self {
        let column = Column::new(name, ty, expr);
        self.measures.push(column.name.clone());
        self.columns.push(column);
        self
    }

    /// An index beside those of its keys: each key into a dimension has a tree, and into days a BRIN index.
    pub fn index(mut self, index: Index) -> Self {
        self.indexes.push(index);
        self
    }

    /// Partitions by month of `column`, its key into a date dimension: one for each month that has rows, and one for
    /// the unknown day. What asks for a span of that key reads the partitions of its months alone.
    ///
    /// A refresh makes the partition of a month with its first row. A month that has lost its rows keeps an empty one. A
    /// fact that is there without partitions is refused, and has to be dropped by hand.
    ///
    /// ```
    /// use ml_core::{Dataset, Type};
    /// use ml_gold::{Fact, Reference};
    ///
    /// let sales = Fact::new("fct_sales", Dataset::of("silver", "sales"))
    ///     .dimension(Reference::to("dim_date").by("invoice_date"))
    ///     .measure("amount", Type::Numeric, "quantity * unit_price")
    ///     .partitioned_by_month("date_key");
    /// # let _ = sales;
    /// ```
    pub fn partitioned_by_month(mut self, column: impl Into<String>) -> Self {
        self.months = Some(column.into());
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

    /// The expression of the instant it is looked up at.
    pub(crate) fn instant(&self) -> Option<&str> {
        self.at.as_deref()
    }

    /// The expressions of its own columns, and of that instant.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = &str> {
        let columns = self.columns.iter().map(|column| &*column.expr);
        columns.chain(self.instant())
    }

    pub(crate) fn source(&self) -> &Dataset {
        &self.source
    }

    pub(crate) fn measures(&self) -> impl Iterator<Item = &Column> {
        let columns = self.columns.iter();
        columns.filter(|column| self.measures.contains(&column.name))
    }

    pub(crate) fn lookups<'a>(&'a self, dimensions: &'a [Dimension]) -> Result<Vec<Lookup<'a>>> {
        let references = self.references.iter();
        references
            .map(|reference| reference.resolve(&self.name, Some(&self.source), dimensions))
            .collect()
    }

    /// The fact, `tables` being those of the `dimensions`, in their order.
    pub(crate) fn model(
        &self,
        schema: &Ident,
        dimensions: &[Dimension],
        tables: &[&Table],
    ) -> Result<Model> {
        let lookups = self.lookups(dimensions)?;
        self.check(&lookups)?;
        let table = self.table(schema, &lookups)?;
        let lookups: Vec<(Lookup<'_>, &Table)> = lookups
            .into_iter()
            .filter_map(|lookup| {
                let table = tables.iter().find(|t| t.name == lookup.dimension.name())?;
                Some((lookup, *table))
            })
            .collect();
        Ok(Model {
            install: vec![months::storage(&table)],
            fresh: self.fresh(&lookups),
            guards: self.guards(&table, &lookups)?,
            checks: self.checks(&table, &lookups),
            table,
        })
    }

    fn guards(&self, table: &Table, lookups: &[(Lookup<'_>, &Table)]) -> Result<Vec<String>> {
        let keys = lookups
            .iter()
            .map(|(lookup, of)| Ok(lookup.guard(table, of)));
        let indexes = self.indexes.iter().map(|index| index.guard(table));
        keys.chain(indexes).collect()
    }

    fn check(&self, lookups: &[Lookup<'_>]) -> Result<()> {
        let dated = lookups.iter().find(|l| l.dimension.history().is_some());
        if let (None, Some(lookup)) = (&self.at, dated) {
            return Err(Error::contract(format!(
                "{} refers to {}, which has a history: it needs the instant it is looked up at",
                self.name,
                lookup.dimension.name()
            )));
        }
        let inexact = self
            .measures()
            .find(|m| !matches!(m.ty, Type::Int4 | Type::Int8 | Type::Numeric));
        if let Some(measure) = inexact {
            return Err(Error::contract(format!(
                "{}: measure {:?} is {}, which does not add up exactly",
                self.name, measure.name, measure.ty
            )));
        }
        Ok(())
    }

    fn table(&self, schema: &Ident, lookups: &[Lookup<'_>]) -> Result<Table> {
        let days = lookups.iter().filter(|l| l.dimension.is_calendar());
        let days = days.map(|lookup| lookup.column.clone());
        let identity = Column::new(ROW_ID, Type::Int8, "\"_row_id\"");
        let keys = lookups.iter().map(Lookup::foreign_key);
        let months = self.months.as_deref();
        let months = months
            .map(|day| Months::of(&self.name, day, lookups))
            .transpose()?;
        let primary = match &months {
            Some(months) => Table::keyed("PRIMARY KEY", months.key()),
            None => Table::keyed("PRIMARY KEY", [ROW_ID]),
        };
        let table = Table {
            schema: schema.clone(),
            name: self.name.clone(),
            surrogate: None,
            order: days.chain([ROW_ID.to_owned()]).collect(),
            columns: [identity]
                .into_iter()
                .chain(keys)
                .chain(self.columns.iter().cloned())
                .collect(),
            key: vec![ROW_ID.to_owned()],
            clauses: vec![primary],
            unknown: None,
            months,
        };
        table.checked()
    }

    /// Every expression sees the source's columns only; the dimensions join after that.
    fn fresh(&self, lookups: &[(Lookup<'_>, &Table)]) -> String {
        let at = self
            .at
            .iter()
            .map(|at| Column::new("_at", Type::Timestamp, &**at).selected());
        let mut source = vec![quoted(ROW_ID)];
        source.extend(at);
        source.extend(
            lookups
                .iter()
                .enumerate()
                .flat_map(|(n, (l, _))| l.values(n)),
        );
        source.extend(self.columns.iter().map(Column::selected));
        let mut fresh = vec![format!("source.{}", quoted(ROW_ID))];
        fresh.extend(lookups.iter().enumerate().map(|(n, (l, _))| l.found(n)));
        fresh.extend(
            self.columns
                .iter()
                .map(|column| format!("source.{}", column.quoted())),
        );
        let joins = lookups.iter().enumerate();
        let joins = joins.map(|(n, (lookup, table))| format!("\n    {}", lookup.join(n, table)));
        format!(
            "WITH source AS (
    SELECT
        {}
    FROM {} AS source
),
fresh AS (
    SELECT
        {}
    FROM source{}
)",
            source.join(",\n        "),
            live(&self.source),
            fresh.join(",\n        "),
            joins.collect::<String>()
        )
    }

    fn checks(&self, table: &Table, lookups: &[(Lookup<'_>, &Table)]) -> Vec<Audit> {
        let expected = lookups.iter().filter(|(lookup, _)| lookup.expected);
        let known = expected.map(|(lookup, _)| self.known(&table.quoted(), &lookup.column));
        let sums: Vec<reconcile::Sum> = self
            .measures()
            .map(|m| reconcile::Sum {
                name: m.name.clone(),
                expected: format!("sum({})", m.value()),
                found: format!("sum({})", m.quoted()),
            })
            .collect();
        let rows = reconcile::Sum::rows();
        let (source, target) = (live(&self.source), table.quoted());
        let reconciles = reconcile::audit(
            &self.name,
            &source,
            &target,
            [rows].into_iter().chain(sums),
            &reconcile::rows(&source, &target, self.measures()),
        );
        let kept = lookups.iter();
        let kept = kept.filter_map(|(l, dimension)| l.keeper(&self.name, &target, dimension));
        [reconciles].into_iter().chain(known).chain(kept).collect()
    }

    /// Counts the facts of a relation that are on the unknown member.
    pub(crate) fn known(&self, relation: &str, column: &str) -> Audit {
        let sql = format!(
            "SELECT \"_row_id\"\nFROM {relation} AS fact\nWHERE {} = -1",
            quoted(column)
        );
        Audit::new(format!("{}.{column}.known", self.name), sql).warn()
    }
}

mod rendering;

use ml_core::{Dataset, Error, Result, Type};

use crate::column::Column;
use crate::model::Model;
use crate::reference::Lookup;
use crate::star::Star;
use crate::table::Table;
use crate::{Additivity, Fact, Reference};

/// An accumulating fact: one row per process, such as an order, which fills as its milestones are reached.
///
/// Expressions are SQL aggregates over the rows of a process in the source; those of the process itself are plain.
/// A milestone is an instant, `<name>_at`, and a role of a date dimension, `<name>_date_key`, which is -1 until it is
/// reached; a lag is the days from one milestone to another, NULL until both are. Rows of the source that belong to no
/// process are left out and counted.
///
/// ```
/// use ml_core::{Dataset, Type};
/// use ml_gold::{Accumulating, Reference};
///
/// let orders = Accumulating::new("fct_orders", Dataset::of("silver", "order_events"))
///     .process("order_id", Type::Text, "order_id")
///     .at("min(happened_at)")
///     .milestone("ordered", "dim_date", "min(happened_at) FILTER (WHERE kind = 'ordered')")
///     .milestone("shipped", "dim_date", "max(happened_at) FILTER (WHERE kind = 'shipped')")
///     .lag("ordered", "shipped")
///     .dimension(Reference::to("dim_customer").by("max(customer_id)"))
///     .measure("amount", Type::Numeric, "sum(amount)");
/// # let _ = orders;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accumulating {
    /// What it is to those that select from it.
    pub(crate) fact: Fact,
    process: Vec<Column>,
    milestones: Vec<String>,
    lags: Vec<(String, String)>,
    at: Option<String>,
}

impl Accumulating {
    /// A fact over the rows of `source`, several of which may be about one process.
    pub fn new(name: impl Into<String>, source: Dataset) -> Self {
        Accumulating {
            fact: Fact::new(name, source),
            process: Vec::new(),
            milestones: Vec::new(),
            lags: Vec::new(),
            at: None,
        }
    }

    /// What tells processes apart; several make up one key.
    pub fn process(mut self, name: impl Into<String>, ty: Type, expr: impl Into<String>) -> Self {
        self.process.push(Column::new(name, ty, expr));
        self
    }

    /// The instant at which it is looked up in type 2 dimensions.
    pub fn at(mut self, instant: impl Into<String>) -> Self {
        self.at = Some(instant.into());
        self
    }

    /// When something of the process happened, as a role of the date dimension `dates`.
    pub fn milestone(
        mut self,
        name: impl Into<String>,
        dates: impl Into<String>,
        instant: impl Into<String>,
    ) -> Self {
        let (name, instant) = (name.into(), instant.into());
        let role = Reference::to(dates)
            .by(&*instant)
            .column(format!("{name}_date_key"))
            .optional();
        self.fact = self
            .fact
            .dimension(role)
            .attribute(at(&name), Type::Timestamp, instant);
        self.milestones.push(name);
        self
    }

    /// How many days there are from one milestone to another, as `days_<from>_to_<to>`.
    pub fn lag(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.lags.push((from.into(), to.into()));
        self
    }

    /// A key into a dimension; -1, the unknown member, where nothing is found.
    pub fn dimension(mut self, reference: Reference) -> Self {
        self.fact = self.fact.dimension(reference);
        self
    }

    /// A column that may be NULL.
    pub fn attribute(mut self, name: impl Into<String>, ty: Type, expr: impl Into<String>) -> Self {
        self.fact = self.fact.attribute(name, ty, expr);
        self
    }

    /// A number to add up over processes, never NULL; its sum is reconciled with the source.
    pub fn measure(mut self, name: impl Into<String>, ty: Type, expr: impl Into<String>) -> Self {
        self.fact = self.fact.measure(name, ty, expr);
        self
    }

    pub(crate) fn name(&self) -> &str {
        self.fact.name()
    }

    pub(crate) fn source(&self) -> &Dataset {
        self.fact.source()
    }

    pub(crate) fn processes(&self) -> &[Column] {
        &self.process
    }

    /// What aggregates over it see.
    pub(crate) fn declared(&self) -> Fact {
        self.lags
            .iter()
            .fold(self.fact.clone(), |fact, (from, to)| {
                let days = days(from, to);
                fact.measured(days, Type::Int4, "NULL", Additivity::NonAdditive)
            })
    }

    pub(crate) fn model(&self, star: &Star<'_>) -> Result<Model> {
        if self.milestones.is_empty() {
            return Err(Error::contract(format!(
                "{} has no milestone: declare one, or make it a Fact",
                self.name()
            )));
        }
        self.grouped(star)
    }

    /// A row per group of rows of the source, whatever they have in common.
    pub(crate) fn grouped(&self, star: &Star<'_>) -> Result<Model> {
        self.check()?;
        let lookups: Result<Vec<Lookup<'_>>> = self
            .fact
            .references
            .iter()
            .map(|reference| reference.resolve(self.name(), None, star.dimensions))
            .collect();
        let lookups = lookups?;
        self.check_dates(&lookups)?;
        let table = self.table(star, &lookups)?;
        let found = |lookup: &Lookup<'_>| star.table(lookup.dimension.name());
        let tables: Vec<&Table> = lookups.iter().filter_map(found).collect();
        let guards = lookups.iter().zip(&tables);
        let fresh = self.fresh(&lookups, &tables);
        Ok(Model {
            install: Vec::new(),
            guards: guards.map(|(l, d)| l.guard(&table, d)).collect(),
            checks: self.checks(&table, (&lookups, &tables), &fresh),
            fresh,
            table,
        })
    }

    fn check(&self) -> Result<()> {
        let name = self.name();
        let named = |milestone: &String| self.milestones.contains(milestone);
        let stray = self.lags.iter().flat_map(|(from, to)| [from, to]);
        if let Some(stray) = stray.into_iter().find(|milestone| !named(milestone)) {
            return Err(Error::contract(format!(
                "{name} has a lag of {stray:?}, which is none of its milestones {}",
                self.milestones.join(", ")
            )));
        }
        let inexact = self
            .fact
            .measures()
            .find(|m| !matches!(m.ty, Type::Int4 | Type::Int8 | Type::Numeric));
        if let Some(measure) = inexact {
            return Err(Error::contract(format!(
                "{name}: measure {:?} is {}, which does not add up exactly: make it numeric",
                measure.name, measure.ty
            )));
        }
        match self.fact.references.iter().any(Reference::infers) {
            true => Err(Error::contract(format!(
                "{name} infers members from aggregates over its rows: let a Fact over {} do that",
                self.source()
            ))),
            false => Ok(()),
        }
    }

    fn check_dates(&self, lookups: &[Lookup<'_>]) -> Result<()> {
        let roles: Vec<String> = self
            .milestones
            .iter()
            .map(|m| format!("{m}_date"))
            .collect();
        let timeless = lookups.iter().find(|lookup| {
            roles.iter().any(|role| role == lookup.role()) && !lookup.dimension.is_calendar()
        });
        if let Some(lookup) = timeless {
            return Err(Error::contract(format!(
                "{} has milestones in {}, which is no date dimension",
                self.name(),
                lookup.dimension.name()
            )));
        }
        let dated = lookups.iter().find(|l| l.dimension.history().is_some());
        match (&self.at, dated) {
            (None, Some(lookup)) => Err(Error::contract(format!(
                "{} refers to {}, which has a history: it needs the instant it is looked up at",
                self.name(),
                lookup.dimension.name()
            ))),
            _ => Ok(()),
        }
    }

    fn table(&self, star: &Star<'_>, lookups: &[Lookup<'_>]) -> Result<Table> {
        let key: Vec<String> = self.process.iter().map(|p| p.name.clone()).collect();
        let lags = self.lags.iter();
        let lags =
            lags.map(|(from, to)| Column::new(days(from, to), Type::Int4, "NULL").nullable());
        let columns = self.process.iter().cloned();
        let columns = columns
            .chain(lookups.iter().map(Lookup::foreign_key))
            .chain(self.fact.columns.iter().cloned())
            .chain(lags);
        let table = Table {
            schema: star.schema.clone(),
            name: self.name().to_owned(),
            surrogate: None,
            columns: columns.collect(),
            clauses: vec![Table::keyed("PRIMARY KEY", key.iter().map(String::as_str))],
            order: key.clone(),
            key,
            unknown: None,
            months: None,
        };
        table.checked()
    }
}

fn at(milestone: &str) -> String {
    format!("{milestone}_at")
}

fn days(from: &str, to: &str) -> String {
    format!("days_{from}_to_{to}")
}

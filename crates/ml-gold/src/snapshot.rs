mod rendering;

use ml_core::{Error, Result, Type};

use crate::column::Column;
use crate::model::Model;
use crate::quote::quoted;
use crate::reference::Lookup;
use crate::star::{Base, Star};
use crate::table::Table;
use crate::{Additivity, Fact, Period};

/// A periodic snapshot: one row per entity and period, also for periods in which nothing happened.
///
/// It is made from a fact, as an [`Aggregate`](crate::Aggregate) is: expressions see the fact as `fact`, and its
/// dimensions by role. An entity has a row from its first period to the last one of all; `period` is its first day. A
/// flow is what came in a period, and adds up over everything; a balance is all that came until its end, and adds up over
/// everything but `period`. Facts without a day that there is are in no period, and are counted.
///
/// ```
/// use ml_core::Type;
/// use ml_gold::{Period, Snapshot};
///
/// let months = Snapshot::new("fct_customer_months", "fct_sales", Period::Month, "date.day")
///     .entity("customer_id", Type::Text, "customer.customer_id")
///     .flow("amount", "amount")
///     .balance("amount_to_date", "amount");
/// # let _ = months;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    name: String,
    fact: String,
    period: Period,
    day: String,
    entities: Vec<Column>,
    roles: Vec<String>,
    measures: Vec<Moved>,
}

/// What a snapshot says of an entity in a period, and the measure of the fact it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Moved {
    Count(String),
    Flow { name: String, of: String },
    Balance { name: String, of: String },
}

impl Snapshot {
    /// A snapshot of the fact of this name, whose rows are of the `day`.
    pub fn new(
        name: impl Into<String>,
        fact: impl Into<String>,
        period: Period,
        day: impl Into<String>,
    ) -> Self {
        Snapshot {
            name: name.into(),
            fact: fact.into(),
            period,
            day: day.into(),
            entities: Vec::new(),
            roles: Vec::new(),
            measures: Vec::new(),
        }
    }

    /// What tells entities apart, never NULL; several make up one.
    pub fn entity(mut self, name: impl Into<String>, ty: Type, expr: impl Into<String>) -> Self {
        self.entities.push(Column::new(name, ty, expr));
        self
    }

    /// The member of a dimension that the fact has in this role, as an entity: the foreign key is kept.
    pub fn member(mut self, role: impl Into<String>) -> Self {
        self.roles.push(role.into());
        self
    }

    /// How many facts came in the period.
    pub fn count(mut self, name: impl Into<String>) -> Self {
        self.measures.push(Moved::Count(name.into()));
        self
    }

    /// How much of a measure of the fact came in the period.
    pub fn flow(mut self, name: impl Into<String>, measure: impl Into<String>) -> Self {
        let (name, of) = (name.into(), measure.into());
        self.measures.push(Moved::Flow { name, of });
        self
    }

    /// How much of a measure of the fact came until the end of the period.
    pub fn balance(mut self, name: impl Into<String>, measure: impl Into<String>) -> Self {
        let (name, of) = (name.into(), measure.into());
        self.measures.push(Moved::Balance { name, of });
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn over(&self) -> &str {
        &self.fact
    }

    /// How the period of a fact compares with that of a row which is made of it: balances are made of all until then.
    pub(crate) fn reach(&self) -> &'static str {
        let balance = |moved: &Moved| matches!(moved, Moved::Balance { .. });
        match self.measures.iter().any(balance) {
            true => "<=",
            false => "=",
        }
    }

    /// What aggregates over it see.
    pub(crate) fn declared(&self, facts: &[Fact], star: &Star<'_>) -> Result<Fact> {
        let base = star.base(&self.name, &self.fact)?;
        let source = facts.iter().find(|fact| fact.name() == self.fact);
        let source = source.unwrap_or(base.fact);
        let own = Fact::new(&*self.name, source.source().clone()).degenerate(
            "period",
            Type::Date,
            self.start(),
        );
        let kept = base.lookups.iter().zip(&source.references);
        let kept = kept.filter(|(lookup, _)| self.roles.iter().any(|role| role == lookup.role()));
        let own = kept.fold(own, |fact, (_, reference)| {
            fact.dimension(reference.clone())
        });
        let own = self.entities.iter().fold(own, |fact, column| {
            fact.degenerate(&*column.name, column.ty, &*column.expr)
        });
        self.measures.iter().try_fold(own, |fact, moved| {
            let column = moved.column(&self.name, &base)?;
            Ok(match moved {
                Moved::Balance { .. } => fact.measured(
                    column.name,
                    column.ty,
                    column.expr,
                    Additivity::across("period"),
                ),
                _ => fact.measure(column.name, column.ty, column.expr),
            })
        })
    }

    pub(crate) fn model(&self, star: &Star<'_>) -> Result<Model> {
        let base = star.base(&self.name, &self.fact)?;
        let members = self.members(&base)?;
        if self.entities.is_empty() && members.is_empty() {
            return Err(Error::contract(format!(
                "{} needs an entity: say with entity() or member() what has a row in each period",
                self.name
            )));
        }
        let measures: Result<Vec<Column>> = self
            .measures
            .iter()
            .map(|moved| moved.column(&self.name, &base))
            .collect();
        let measures = measures?;
        let table = self.table(star, &members, &measures)?;
        let guards = members.iter().filter_map(|lookup| {
            let dimension = star.table(lookup.dimension.name())?;
            Some(lookup.guard(&table, dimension))
        });
        let target = table.quoted();
        let kept = members.iter().filter_map(|lookup| {
            let dimension = star.table(lookup.dimension.name())?;
            lookup.keeper(&self.name, &target, dimension)
        });
        let fresh = self.fresh(&base, &table, &measures);
        let checks = self.checks(&base, &table, &fresh).into_iter();
        Ok(Model {
            install: Vec::new(),
            guards: guards.collect(),
            checks: checks.chain(kept).collect(),
            fresh,
            table,
        })
    }

    /// The dimensions whose keys it keeps.
    fn members<'a>(&self, base: &'a Base<'_>) -> Result<Vec<&'a Lookup<'a>>> {
        let each = self.roles.iter().map(|role| {
            let found = base.lookups.iter().find(|lookup| lookup.role() == role);
            found.ok_or_else(|| {
                let roles: Vec<&str> = base.lookups.iter().map(Lookup::role).collect();
                Error::contract(format!(
                    "{} is per {role:?}, but {} has the roles {}",
                    self.name,
                    self.fact,
                    roles.join(", ")
                ))
            })
        });
        each.collect()
    }

    fn start(&self) -> String {
        self.period.start(&self.day)
    }

    fn table(
        &self,
        star: &Star<'_>,
        members: &[&Lookup<'_>],
        measures: &[Column],
    ) -> Result<Table> {
        let period = Column::new("period", Type::Date, self.start());
        let kept = members.iter().map(|lookup| {
            let column = lookup.foreign_key();
            let held = format!("fact.{}", column.quoted());
            Column::new(column.name, column.ty, held)
        });
        let identity = [period].into_iter().chain(kept);
        let identity: Vec<Column> = identity.chain(self.entities.iter().cloned()).collect();
        let key: Vec<String> = identity.iter().map(|column| column.name.clone()).collect();
        let table = Table {
            schema: star.schema.clone(),
            name: self.name.clone(),
            surrogate: None,
            columns: identity
                .into_iter()
                .chain(measures.iter().cloned())
                .collect(),
            clauses: vec![Table::keyed("PRIMARY KEY", key.iter().map(String::as_str))],
            order: key.clone(),
            key,
            unknown: None,
            months: None,
        };
        table.checked()
    }
}

impl Moved {
    fn name(&self) -> &str {
        match self {
            Moved::Count(name) | Moved::Flow { name, .. } | Moved::Balance { name, .. } => name,
        }
    }

    /// The measure of the fact.
    fn of(&self) -> Option<&str> {
        match self {
            Moved::Count(_) => None,
            Moved::Flow { of, .. } | Moved::Balance { of, .. } => Some(of),
        }
    }

    /// What came in a period.
    fn column(&self, by: &str, base: &Base<'_>) -> Result<Column> {
        let Some(of) = self.of() else {
            return Ok(Column::new(self.name(), Type::Int8, "count(*)"));
        };
        let measure = base.fact.summable(by, of, &[], &base.lookups)?;
        let ty = match measure.ty {
            Type::Int4 => Type::Int8,
            _ => Type::Numeric,
        };
        let sum = format!("sum(fact.{})", quoted(of));
        Ok(Column::new(self.name(), ty, sum))
    }
}

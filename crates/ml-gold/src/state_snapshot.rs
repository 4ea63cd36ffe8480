use ml_core::{Dataset, Error, Result, Type};

use crate::column::Column;
use crate::model::Model;
use crate::star::Star;
use crate::{Accumulating, Additivity, Fact, Period, Reference};

/// A periodic snapshot of states that a source reports, such as what is in stock: one row per entity and period, with the
/// state that was reported last in it.
///
/// Expressions are SQL over the rows of the source. A state adds up over everything but `period`, which is the first day
/// of the period; of two reports of one instant the one that came into silver later counts. Periods without a report have
/// no row: where changes are reported and not states, a [`Snapshot`](crate::Snapshot) of a fact carries balances over them.
///
/// ```
/// use ml_core::{Dataset, Type};
/// use ml_gold::{Period, StateSnapshot};
///
/// let stock = StateSnapshot::new("fct_stock_weeks", Dataset::of("silver", "stock"), Period::Week, "counted_at")
///     .entity("product_id", Type::Text, "product_id")
///     .state("on_hand", Type::Int8, "on_hand");
/// # let _ = stock;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateSnapshot {
    /// A row per group of reports, as of a process.
    rows: Accumulating,
    reported: Column,
    entities: usize,
}

impl StateSnapshot {
    /// A snapshot of the rows of `source`, each reported at an instant.
    pub fn new(
        name: impl Into<String>,
        source: Dataset,
        period: Period,
        reported: impl Into<String>,
    ) -> Self {
        let reported = Column::new("_reported", Type::Timestamp, reported);
        let period = period.start(&reported.value());
        let rows = Accumulating::new(name, source)
            .process("period", Type::Date, period)
            .at(format!("max({})", reported.value()));
        StateSnapshot {
            rows,
            reported,
            entities: 0,
        }
    }

    /// What tells entities apart; several make up one. Rows without are left out and counted.
    pub fn entity(mut self, name: impl Into<String>, ty: Type, expr: impl Into<String>) -> Self {
        self.rows = self.rows.process(name, ty, expr);
        self.entities += 1;
        self
    }

    /// A key into a dimension, of the state that was reported last.
    pub fn dimension(mut self, reference: Reference) -> Self {
        let last = reference.over(|expr| self.last(expr));
        self.rows = self.rows.dimension(last);
        self
    }

    /// A state: NULL where the last report has none.
    pub fn state(mut self, name: impl Into<String>, ty: Type, expr: impl Into<String>) -> Self {
        let state = Column::new(name, ty, expr);
        let last = self.last(&state.value());
        self.rows.fact =
            self.rows
                .fact
                .measured(state.name, ty, last, Additivity::across("period"));
        self
    }

    /// The value of the last report of a group, the same report for every column.
    fn last(&self, expr: &str) -> String {
        format!(
            "(array_agg({expr} ORDER BY {} DESC NULLS LAST, \"_row_id\" DESC))[1]",
            self.reported.value()
        )
    }

    pub(crate) fn rows(&self) -> &Accumulating {
        &self.rows
    }

    /// What aggregates over it see.
    pub(crate) fn declared(&self) -> Fact {
        let period = &self.rows.processes()[..1];
        period.iter().fold(self.rows.declared(), |fact, period| {
            fact.degenerate(&*period.name, period.ty, &*period.expr)
        })
    }

    pub(crate) fn model(&self, star: &Star<'_>) -> Result<Model> {
        if self.entities == 0 {
            return Err(Error::contract(format!(
                "{} needs an entity: say with entity() what a state is of",
                self.rows.name()
            )));
        }
        self.rows.grouped(star)
    }
}

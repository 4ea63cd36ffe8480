use ml_core::Type;

use super::{Computed, Division};
use crate::Period;
use crate::column::Column;
use crate::period::is_known;
use crate::quote::literal;

/// Classes by the period in which an entity was first there.
///
/// Columns are `first_day` and `cohort`, the first day of that period; the segment is the period as text, `2011-12` for a
/// month, and `unknown` where no fact has a day that there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    period: Period,
    day: String,
}

impl Cohort {
    /// By the earliest `day` of an entity's facts.
    pub fn of(period: Period, day: impl Into<String>) -> Self {
        Cohort {
            period,
            day: day.into(),
        }
    }

    pub(super) fn computed(&self) -> Computed {
        let first = format!("min({}) FILTER (WHERE {})", self.day, is_known(&self.day));
        let cohort = self.period.start("first_day");
        let pattern = literal(self.period.pattern());
        Computed {
            inputs: vec![Column::new("first_day", Type::Date, first).nullable()],
            scores: vec![Column::new("cohort", Type::Date, cohort).nullable()],
            helpers: Vec::new(),
            segment: format!("coalesce(to_char(cohort::timestamp, {pattern}), 'unknown')"),
            text: vec![format!("the {} of first_day", self.period.unit())],
        }
    }
}

impl From<Cohort> for Division {
    fn from(cohort: Cohort) -> Self {
        Division::Cohort(cohort)
    }
}

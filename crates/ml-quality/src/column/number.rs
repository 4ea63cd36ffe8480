use ml_core::Column;
use rust_decimal::Decimal;

use crate::{ColumnRules, Exact, Number, Rule, catalogue};

/// Rules of columns of numbers.
pub trait NumberRules<T, V: Number>: ColumnRules<T, V> {
    /// Above zero; named `<column>.positive`.
    fn positive(self) -> Rule {
        catalogue::positive(self.name())
    }

    /// Zero or above; named `<column>.not_negative`.
    fn not_negative(self) -> Rule {
        catalogue::not_negative(self.name())
    }

    /// Neither NaN nor infinite; named `<column>.finite`.
    fn finite(self) -> Rule {
        catalogue::finite(self.name())
    }

    /// So many times `step`; named `<column>.multiple_of`. A step of zero does not build.
    fn multiple_of(self, step: impl Into<Decimal>) -> Rule
    where
        V: Exact,
    {
        catalogue::multiple_of(self.name(), step.into())
    }

    /// At most so many decimal places, zeros at the end not counted; named `<column>.scale`.
    fn max_scale(self, places: u32) -> Rule
    where
        V: Exact,
    {
        catalogue::max_scale(self.name(), places)
    }

    /// What `numeric(digits, places)` holds without rounding; named `<column>.precision`.
    fn precision(self, digits: u32, places: u32) -> Rule
    where
        V: Exact,
    {
        catalogue::precision(self.name(), digits, places)
    }
}

impl<T, V: Number> NumberRules<T, V> for Column<T, V> {}

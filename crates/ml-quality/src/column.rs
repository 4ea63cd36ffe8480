//! Rules from the handles of columns.

mod number;
mod text;
mod time;

pub use number::NumberRules;
pub use text::TextRules;
pub use time::TimeRules;

use ml_core::{Column, Value};

use crate::{Ordered, Rule, Scalar, Term, catalogue};

/// Starts rules from a column's handle: `Order::AMOUNT.between(dec!(0), dec!(100))`.
///
/// [`TextRules`], [`NumberRules`] and [`TimeRules`] have what is about values of one kind. NULL passes all but
/// [`not_null`](ColumnRules::not_null), [`not_blank`](TextRules::not_blank) and
/// [`required_if`](ColumnRules::required_if). `RULES.md` of this crate lists them with their SQL.
///
/// ```compile_fail
/// # use ml_core::Column;
/// use ml_quality::NumberRules;
/// const PAID: Column<(), bool> = Column::new(0, "paid");
/// PAID.positive(); // this rule is about numbers, and the column is a `bool`
/// ```
pub trait ColumnRules<T, V>: Sized {
    /// The column's name.
    fn name(&self) -> &'static str;

    /// Not NULL; named `<column>.not_null`.
    fn not_null(self) -> Rule {
        catalogue::not_null(self.name())
    }

    /// Not NULL where another rule holds; named `<column>.required_if`.
    fn required_if(self, condition: Rule) -> Rule {
        catalogue::required_if(self.name(), condition)
    }

    /// One of these values, texts byte for byte; named `<column>.one_of`. None of no values does not build.
    fn one_of<S: Into<V::Base>>(self, values: impl IntoIterator<Item = S>) -> Rule
    where
        V: Scalar,
    {
        catalogue::one_of(self.name(), constants::<V, S>(values))
    }

    /// None of these values, texts byte for byte; named `<column>.none_of`.
    fn none_of<S: Into<V::Base>>(self, values: impl IntoIterator<Item = S>) -> Rule
    where
        V: Scalar,
    {
        catalogue::none_of(self.name(), constants::<V, S>(values))
    }

    /// At least `lo` and at most `hi`; named `<column>.range`.
    fn between(self, lo: V::Base, hi: V::Base) -> Rule
    where
        V: Ordered,
    {
        catalogue::between(self.name(), lo.into(), hi.into())
    }

    /// Not below `lo`; named `<column>.range`.
    fn at_least(self, lo: V::Base) -> Rule
    where
        V: Ordered,
    {
        catalogue::at_least(self.name(), lo.into())
    }

    /// Not above `hi`; named `<column>.range`.
    fn at_most(self, hi: V::Base) -> Rule
    where
        V: Ordered,
    {
        catalogue::at_most(self.name(), hi.into())
    }

    /// The column as the start of an expression.
    fn expr(self) -> Term<T, V::Kind>
    where
        V: Scalar;
}

impl<T, V> ColumnRules<T, V> for Column<T, V> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn expr(self) -> Term<T, V::Kind>
    where
        V: Scalar,
    {
        self.into()
    }
}

fn constants<V: Scalar, S: Into<V::Base>>(values: impl IntoIterator<Item = S>) -> Vec<Value> {
    values.into_iter().map(|one| one.into().into()).collect()
}

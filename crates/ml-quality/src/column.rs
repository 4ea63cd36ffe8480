use ml_core::Column;
use rust_decimal::Decimal;

use crate::words::{Plain, about_part, constants, limited, rule, within};
use crate::{Compare, Exact, Expr, Number, Ordered, Pattern, Rule, Scalar, Term, Text, Time, when};

/// Starts rules from a column's handle: `Order::AMOUNT.between(dec!(0), dec!(100))`.
///
/// Except for [`not_null`](ColumnRules::not_null) and [`not_blank`](ColumnRules::not_blank), NULL passes.
///
/// ```compile_fail
/// # use ml_core::Column;
/// use ml_quality::ColumnRules;
/// const PAID: Column<(), bool> = Column::new(0, "paid");
/// PAID.positive(); // this rule is about numbers, and the column is a `bool`
/// ```
#[allow(clippy::wrong_self_convention)] // a handle is two words and `Copy`: rules take it by value
pub trait ColumnRules<T, V>: Sized {
    /// Not NULL; named `<column>.not_null`.
    fn not_null(self) -> Rule;

    /// Neither NULL nor empty nor white space only; named `<column>.not_blank`.
    fn not_blank(self) -> Rule
    where
        V: Text;

    /// An e-mail address as HTML5 defines it, which the empty text is not; named `<column>.format`.
    fn is_email(self) -> Rule
    where
        V: Text;

    /// One of these texts, byte for byte; named `<column>.one_of`.
    fn one_of<S: Into<String>>(self, values: impl IntoIterator<Item = S>) -> Rule
    where
        V: Text;

    /// None of these texts, byte for byte; named `<column>.none_of`.
    fn none_of<S: Into<String>>(self, values: impl IntoIterator<Item = S>) -> Rule
    where
        V: Text;

    /// Text in which the pattern is found: all of it between `^` and `$` only; named `<column>.matches`.
    fn matches(self, pattern: impl Into<Pattern>) -> Rule
    where
        V: Text;

    /// Text that starts with this one; named `<column>.starts_with`.
    fn starts_with(self, part: impl Into<String>) -> Rule
    where
        V: Text;

    /// Text that ends with this one; named `<column>.ends_with`.
    fn ends_with(self, part: impl Into<String>) -> Rule
    where
        V: Text;

    /// Text with this one somewhere in it; named `<column>.contains`.
    fn contains(self, part: impl Into<String>) -> Rule
    where
        V: Text;

    /// At least `min` and at most `max` Unicode scalar values; named `<column>.length`.
    fn length(self, min: u32, max: u32) -> Rule
    where
        V: Text;

    /// At least `lo` and at most `hi`; named `<column>.range`.
    fn between(self, lo: V::Base, hi: V::Base) -> Rule
    where
        V: Ordered;

    /// Not below `lo`; named `<column>.range`.
    fn at_least(self, lo: V::Base) -> Rule
    where
        V: Ordered;

    /// Not above `hi`; named `<column>.range`.
    fn at_most(self, hi: V::Base) -> Rule
    where
        V: Ordered;

    /// Above zero; named `<column>.positive`.
    fn positive(self) -> Rule
    where
        V: Number;

    /// So many times `step`; named `<column>.multiple_of`. A step of zero does not build.
    fn multiple_of(self, step: impl Into<Decimal>) -> Rule
    where
        V: Exact;

    /// At most so many decimal places, zeros at the end not counted; named `<column>.scale`.
    fn max_scale(self, places: u32) -> Rule
    where
        V: Exact;

    /// This day or moment, or a later one; named `<column>.not_before`.
    fn not_before(self, first: V::Base) -> Rule
    where
        V: Time;

    /// This day or moment, or an earlier one; named `<column>.not_after`.
    fn not_after(self, last: V::Base) -> Rule
    where
        V: Time;

    /// Not NULL where another rule holds; named `<column>.required_if`.
    fn required_if(self, condition: Rule) -> Rule;

    /// The column as the start of an expression.
    fn expr(self) -> Term<T, V::Kind>
    where
        V: Scalar;
}

impl<T, V> ColumnRules<T, V> for Column<T, V> {
    fn not_null(self) -> Rule {
        rule(
            self,
            "not_null",
            |column| Expr::IsNull(column).negated(),
            "a value",
        )
    }

    fn not_blank(self) -> Rule
    where
        V: Text,
    {
        let expr = |column| Expr::IsBlank(column).negated();
        rule(self, "not_blank", expr, "text that is not blank")
    }

    fn is_email(self) -> Rule
    where
        V: Text,
    {
        rule(self, "format", Expr::Email, "an e-mail address (HTML5)")
    }

    fn one_of<S: Into<String>>(self, values: impl IntoIterator<Item = S>) -> Rule
    where
        V: Text,
    {
        let (values, listed) = constants(values);
        let expr = |column| Expr::OneOf(column, values);
        rule(self, "one_of", expr, format!("one of {listed}"))
    }

    fn none_of<S: Into<String>>(self, values: impl IntoIterator<Item = S>) -> Rule
    where
        V: Text,
    {
        let (values, listed) = constants(values);
        let expr = |column| Expr::OneOf(column, values).negated();
        rule(self, "none_of", expr, format!("none of {listed}"))
    }

    fn matches(self, pattern: impl Into<Pattern>) -> Rule
    where
        V: Text,
    {
        let pattern = pattern.into();
        let expected = format!("text that matches {}", pattern.as_str());
        rule(
            self,
            "matches",
            |column| Expr::Matches(column, pattern),
            expected,
        )
    }

    fn starts_with(self, part: impl Into<String>) -> Rule
    where
        V: Text,
    {
        about_part(
            self,
            "starts_with",
            "text that starts with",
            part,
            Expr::StartsWith,
        )
    }

    fn ends_with(self, part: impl Into<String>) -> Rule
    where
        V: Text,
    {
        about_part(
            self,
            "ends_with",
            "text that ends with",
            part,
            Expr::EndsWith,
        )
    }

    fn contains(self, part: impl Into<String>) -> Rule
    where
        V: Text,
    {
        about_part(self, "contains", "text that contains", part, Expr::Contains)
    }

    fn length(self, min: u32, max: u32) -> Rule
    where
        V: Text,
    {
        let expected = match min == max {
            true => format!("{min} characters"),
            false => format!("{min} to {max} characters"),
        };
        let expr = |column| {
            let length = Expr::Length(column);
            within(length, i64::from(min).into(), i64::from(max).into())
        };
        rule(self, "length", expr, expected)
    }

    fn between(self, lo: V::Base, hi: V::Base) -> Rule
    where
        V: Ordered,
    {
        let (lo, hi) = (lo.into(), hi.into());
        let expected = format!("{} to {}", Plain(&lo), Plain(&hi));
        rule(self, "range", |column| within(*column, lo, hi), expected)
    }

    fn at_least(self, lo: V::Base) -> Rule
    where
        V: Ordered,
    {
        limited(self, "range", "at least", Compare::Ge, lo.into())
    }

    fn at_most(self, hi: V::Base) -> Rule
    where
        V: Ordered,
    {
        limited(self, "range", "at most", Compare::Le, hi.into())
    }

    fn positive(self) -> Rule
    where
        V: Number,
    {
        let expr = |column: Box<Expr>| column.compare(Compare::Gt, Expr::literal(0));
        rule(self, "positive", expr, "above 0")
    }

    fn multiple_of(self, step: impl Into<Decimal>) -> Rule
    where
        V: Exact,
    {
        let step = step.into();
        let expr = |column| Expr::Mod(column, step).compare(Compare::Eq, Expr::literal(0));
        rule(self, "multiple_of", expr, format!("a multiple of {step}"))
    }

    fn max_scale(self, places: u32) -> Rule
    where
        V: Exact,
    {
        let most = Expr::literal(i64::from(places));
        let expr = |column| Expr::Scale(column).compare(Compare::Le, most);
        let expected = format!("at most {places} decimal places");
        rule(self, "scale", expr, expected)
    }

    fn not_before(self, first: V::Base) -> Rule
    where
        V: Time,
    {
        limited(self, "not_before", "not before", Compare::Ge, first.into())
    }

    fn not_after(self, last: V::Base) -> Rule
    where
        V: Time,
    {
        limited(self, "not_after", "not after", Compare::Le, last.into())
    }

    fn required_if(self, condition: Rule) -> Rule {
        let id = format!("{}.required_if", self.name);
        when(condition).then(self.not_null().named(id))
    }

    fn expr(self) -> Term<T, V::Kind>
    where
        V: Scalar,
    {
        self.into()
    }
}

use std::fmt;

use ml_core::{Column, Value};

use crate::{Compare, Expr, Number, Ordered, Rule, Scalar, Term, Text};

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
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        let expected = format!("one of {}", values.join(", "));
        let values = values.into_iter().map(Value::Text).collect();
        rule(
            self,
            "one_of",
            |column| Expr::OneOf(column, values),
            expected,
        )
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
        let lo = lo.into();
        let expected = format!("at least {}", Plain(&lo));
        let expr = |column: Box<Expr>| column.compare(Compare::Ge, Expr::Literal(lo));
        rule(self, "range", expr, expected)
    }

    fn at_most(self, hi: V::Base) -> Rule
    where
        V: Ordered,
    {
        let hi = hi.into();
        let expected = format!("at most {}", Plain(&hi));
        let expr = |column: Box<Expr>| column.compare(Compare::Le, Expr::Literal(hi));
        rule(self, "range", expr, expected)
    }

    fn positive(self) -> Rule
    where
        V: Number,
    {
        let expr = |column: Box<Expr>| column.compare(Compare::Gt, Expr::literal(0));
        rule(self, "positive", expr, "above 0")
    }

    fn expr(self) -> Term<T, V::Kind>
    where
        V: Scalar,
    {
        self.into()
    }
}

fn rule<T, V>(
    column: Column<T, V>,
    what: &str,
    expr: impl FnOnce(Box<Expr>) -> Expr,
    expected: impl Into<String>,
) -> Rule {
    let id = format!("{}.{what}", column.name);
    Rule::new(id, expr(Box::new(Expr::column(column.name))), expected)
}

fn within(expr: Expr, lo: Value, hi: Value) -> Expr {
    let above = expr.clone().compare(Compare::Ge, Expr::Literal(lo));
    Expr::And(vec![above, expr.compare(Compare::Le, Expr::Literal(hi))])
}

/// A value in the words of a rule: text without quotes.
struct Plain<'a>(&'a Value);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Text(text) => f.write_str(text),
            value => value.as_ref().fmt(f),
        }
    }
}

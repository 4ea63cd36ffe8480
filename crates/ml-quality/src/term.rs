use std::marker::PhantomData;
use std::ops::{Add, Mul, Sub};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use ml_core::{Column, Dimension};
use rust_decimal::Decimal;

use crate::rule::columns;
use crate::{Compare, Expr, Rule, Scalar};

/// An expression over the columns of `T` that has a value of kind `K`: columns, numbers and what is calculated of them.
///
/// A rule made of it is named after the columns it reads: `price_quantity.range`.
pub struct Term<T, K> {
    expr: Expr,
    of: PhantomData<fn(&T) -> K>,
}

impl<T, K> Term<T, K> {
    fn new(expr: Expr) -> Self {
        let of = PhantomData;
        Term { expr, of }
    }

    /// The expression, untyped.
    pub fn into_expr(self) -> Expr {
        self.expr
    }

    /// At least `lo` and at most `hi`.
    pub fn between(self, lo: impl Into<Term<T, K>>, hi: impl Into<Term<T, K>>) -> Rule {
        let (lo, hi) = (lo.into().expr, hi.into().expr);
        let expected = format!("{} from {lo} to {hi}", self.expr);
        let above = self.expr.clone().compare(Compare::Ge, lo);
        let below = self.expr.compare(Compare::Le, hi);
        rule("range", Expr::And(vec![above, below]), expected)
    }

    /// Not below `lo`.
    pub fn at_least(self, lo: impl Into<Term<T, K>>) -> Rule {
        self.compared(Compare::Ge, lo.into(), "range", "at least")
    }

    /// Not above `hi`.
    pub fn at_most(self, hi: impl Into<Term<T, K>>) -> Rule {
        self.compared(Compare::Le, hi.into(), "range", "at most")
    }

    /// Equal to `other`; the rule is named `<columns>.equal`.
    pub fn equals(self, other: impl Into<Term<T, K>>) -> Rule {
        self.compared(Compare::Eq, other.into(), "equal", "equal to")
    }

    /// Above `other`; the rule is named `<columns>.above`.
    pub fn above(self, other: impl Into<Term<T, K>>) -> Rule {
        self.compared(Compare::Gt, other.into(), "above", "above")
    }

    /// Below `other`; the rule is named `<columns>.below`.
    pub fn below(self, other: impl Into<Term<T, K>>) -> Rule {
        self.compared(Compare::Lt, other.into(), "below", "below")
    }

    /// Not the same as `other`, where NULL is the same as NULL only; the rule is named `<columns>.distinct`.
    pub fn distinct_from(self, other: impl Into<Term<T, K>>) -> Rule {
        let other = other.into().expr;
        let expected = format!("{} distinct from {other}", self.expr);
        let expr = Expr::IsDistinct(Box::new(self.expr), Box::new(other));
        rule("distinct", expr, expected)
    }

    /// This value, or `other` where it is NULL.
    pub fn or(self, other: impl Into<Term<T, K>>) -> Self {
        Term::new(Expr::Coalesce(vec![self.expr, other.into().expr]))
    }

    fn compared(self, how: Compare, other: Term<T, K>, what: &str, words: &str) -> Rule {
        let expected = format!("{} {words} {}", self.expr, other.expr);
        rule(what, self.expr.compare(how, other.expr), expected)
    }
}

impl<T> Term<T, Decimal> {
    /// The number without its sign.
    pub fn abs(self) -> Self {
        Term::new(Expr::Abs(Box::new(self.expr)))
    }

    /// No further from `other` than the tolerance, which a sum may be; the rule is named `<columns>.near`.
    ///
    /// `(NET.expr() + TAX).near(TOTAL, dec!(0.01))`: what cannot be calculated is unknown, and passes.
    pub fn near(self, other: impl Into<Self>, tolerance: impl Into<Self>) -> Rule {
        let (other, tolerance) = (other.into(), tolerance.into().expr);
        let expected = format!("{} within {tolerance} of {}", self.expr, other.expr);
        let apart = (self - other).abs().expr;
        rule("near", apart.compare(Compare::Le, tolerance), expected)
    }

    /// Above zero; the rule is named `<columns>.positive`.
    pub fn positive(self) -> Rule {
        self.compared(Compare::Gt, 0.into(), "positive", "above")
    }
}

impl<T> Term<T, String> {
    /// The text with the letters A to Z in lower case.
    pub fn ascii_lower(self) -> Self {
        Term::new(Expr::AsciiLower(Box::new(self.expr)))
    }

    /// The text with the letters a to z in upper case.
    pub fn ascii_upper(self) -> Self {
        Term::new(Expr::AsciiUpper(Box::new(self.expr)))
    }

    /// The text without white space at its ends.
    pub fn trim(self) -> Self {
        Term::new(Expr::Trim(Box::new(self.expr)))
    }

    /// How many Unicode scalar values it has.
    pub fn length(self) -> Term<T, Decimal> {
        Term::new(Expr::Length(Box::new(self.expr)))
    }
}

impl<T> Term<T, NaiveDate> {
    /// How many days it is after `other`.
    pub fn days_since(self, other: impl Into<Self>) -> Term<T, Decimal> {
        Term::new(Expr::Days(Box::new(self.expr), Box::new(other.into().expr)))
    }
}

/// A rule about several columns is about whether they agree.
fn rule(what: &str, expr: Expr, expected: String) -> Rule {
    let columns = columns(&expr);
    let dimension = match columns.len() {
        0 | 1 => Dimension::Validity,
        _ => Dimension::Consistency,
    };
    let id = format!("{}.{what}", columns.join("_"));
    Rule::new(id, expr, expected).dimension(dimension)
}

macro_rules! operators {
    ($($operator:ident $call:ident),*) => {$(
        impl<T, R: Into<Term<T, Decimal>>> $operator<R> for Term<T, Decimal> {
            type Output = Self;

            fn $call(self, other: R) -> Self {
                Term::new(Expr::$operator(Box::new(self.expr), Box::new(other.into().expr)))
            }
        }
    )*};
}

operators!(Add add, Sub sub, Mul mul);

impl<T, V: Scalar> From<Column<T, V>> for Term<T, V::Kind> {
    fn from(column: Column<T, V>) -> Self {
        Term::new(Expr::column(column.name))
    }
}

macro_rules! constants {
    ($($value:ty => $kind:ty),*) => {$(
        impl<T> From<$value> for Term<T, $kind> {
            fn from(value: $value) -> Self {
                Term::new(Expr::literal(value))
            }
        }
    )*};
}

constants! {
    bool => bool, &str => String, String => String, i32 => Decimal, i64 => Decimal, f64 => Decimal,
    Decimal => Decimal, NaiveDate => NaiveDate, NaiveDateTime => NaiveDateTime, DateTime<Utc> => DateTime<Utc>
}

impl<T, K> Clone for Term<T, K> {
    fn clone(&self) -> Self {
        Term::new(self.expr.clone())
    }
}

impl<T, K> std::fmt::Debug for Term<T, K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.expr.fmt(f)
    }
}

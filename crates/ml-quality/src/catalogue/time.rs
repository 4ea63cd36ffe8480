use ml_core::{Dimension, Type, Value};

use super::{limited, rule};
use crate::{Compare, Expr, Rule};

pub(crate) fn not_before(column: &str, first: Value) -> Rule {
    limited(column, "not_before", "not before", Compare::Ge, first)
}

pub(crate) fn not_after(column: &str, last: Value) -> Rule {
    limited(column, "not_after", "not after", Compare::Le, last)
}

pub(crate) fn not_future(column: &str, ty: Type) -> Rule {
    let expr = |it: Box<Expr>| it.compare(Compare::Le, Expr::Now(ty));
    rule(column, "not_future", expr, "not after the load began").dimension(Dimension::Timeliness)
}

/// At most so many days before the load began; what is after it is not past.
pub(crate) fn recent(column: &str, ty: Type, days: u32) -> Rule {
    let age = |it: Box<Expr>| apart(Box::new(Expr::Now(ty)), it, ty);
    let expr = |it| age(it).compare(Compare::Le, days_of(ty, days));
    let expected = format!("at most {days} days before the load began");
    rule(column, "recent", expr, expected).dimension(Dimension::Timeliness)
}

pub(crate) fn ordered(column: &str, later: &str) -> Rule {
    let expr = |it: Box<Expr>| it.compare(Compare::Le, Expr::column(later));
    let expected = format!("{column} not after {later}");
    pair([column, later], "ordered", expr, expected)
}

pub(crate) fn within_days(column: &str, ty: Type, other: &str, days: u32) -> Rule {
    let between = |it| apart(it, Box::new(Expr::column(other)), ty);
    let expr = |it| Expr::Abs(Box::new(between(it))).compare(Compare::Le, days_of(ty, days));
    let expected = format!("{column} within {days} days of {other}");
    pair([column, other], "within_days", expr, expected)
}

/// A rule named after the two columns that it compares.
fn pair(
    [column, other]: [&str; 2],
    what: &str,
    expr: impl FnOnce(Box<Expr>) -> Expr,
    expected: String,
) -> Rule {
    let id = format!("{column}_{other}.{what}");
    let rule = rule(column, what, expr, expected);
    rule.named(id).dimension(Dimension::Consistency)
}

fn apart(a: Box<Expr>, b: Box<Expr>, ty: Type) -> Expr {
    match ty {
        Type::Date => Expr::Days(a, b),
        _ => Expr::Seconds(a, b),
    }
}

/// A day of a timestamp has 24 hours, whatever clocks do.
fn days_of(ty: Type, days: u32) -> Expr {
    let days = i64::from(days);
    Expr::literal(if ty == Type::Date {
        days
    } else {
        days * 86_400
    })
}

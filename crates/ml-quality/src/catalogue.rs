//! Every rule that has a name, by the name of its column: handles, files and the reference take them from here.

mod number;
mod text;
mod time;

pub(crate) use number::*;
pub(crate) use text::*;
pub(crate) use time::*;

use ml_core::{Dimension, Value};

use crate::words::Plain;
use crate::{Compare, Expr, Rule, when};

pub(crate) fn not_null(column: &str) -> Rule {
    let expr = |it| Expr::IsNull(it).negated();
    rule(column, "not_null", expr, "a value").dimension(Dimension::Completeness)
}

pub(crate) fn required_if(column: &str, condition: Rule) -> Rule {
    let id = format!("{column}.required_if");
    when(condition).then(not_null(column).named(id))
}

pub(crate) fn one_of(column: &str, values: Vec<Value>) -> Rule {
    let expected = format!("one of {}", listed(&values));
    rule(column, "one_of", |it| Expr::OneOf(it, values), expected)
}

pub(crate) fn none_of(column: &str, values: Vec<Value>) -> Rule {
    let expected = format!("none of {}", listed(&values));
    let expr = |it| Expr::OneOf(it, values).negated();
    rule(column, "none_of", expr, expected)
}

pub(crate) fn between(column: &str, lo: Value, hi: Value) -> Rule {
    let expected = format!("{} to {}", Plain(&lo), Plain(&hi));
    rule(column, "range", |it| within(*it, lo, hi), expected)
}

pub(crate) fn at_least(column: &str, lo: Value) -> Rule {
    limited(column, "range", "at least", Compare::Ge, lo)
}

pub(crate) fn at_most(column: &str, hi: Value) -> Rule {
    limited(column, "range", "at most", Compare::Le, hi)
}

/// A rule named after its column.
fn rule(
    column: &str,
    what: &str,
    expr: impl FnOnce(Box<Expr>) -> Expr,
    expected: impl Into<String>,
) -> Rule {
    let id = format!("{column}.{what}");
    Rule::new(id, expr(Box::new(Expr::column(column))), expected)
}

/// A rule of one bound.
fn limited(column: &str, what: &str, words: &str, how: Compare, limit: Value) -> Rule {
    let expected = format!("{words} {}", Plain(&limit));
    let expr = |it: Box<Expr>| it.compare(how, Expr::Literal(limit));
    rule(column, what, expr, expected)
}

/// Both bounds included.
fn within(expr: Expr, lo: Value, hi: Value) -> Expr {
    let above = expr.clone().compare(Compare::Ge, Expr::Literal(lo));
    Expr::And(vec![above, expr.compare(Compare::Le, Expr::Literal(hi))])
}

fn listed(values: &[Value]) -> String {
    let words: Vec<String> = values.iter().map(|one| Plain(one).to_string()).collect();
    words.join(", ")
}

use ml_core::{Dimension, Value};
use rust_decimal::Decimal;

use super::{limited, rule, within};
use crate::{Compare, Expr, Rule};

pub(crate) fn positive(column: &str) -> Rule {
    let expr = |it: Box<Expr>| it.compare(Compare::Gt, Expr::literal(0));
    rule(column, "positive", expr, "above 0")
}

pub(crate) fn not_negative(column: &str) -> Rule {
    limited(column, "not_negative", "at least", Compare::Ge, 0.into())
}

pub(crate) fn multiple_of(column: &str, step: Decimal) -> Rule {
    let expr = |it| Expr::Mod(it, step).compare(Compare::Eq, Expr::literal(0));
    rule(column, "multiple_of", expr, format!("a multiple of {step}"))
}

pub(crate) fn max_scale(column: &str, places: u32) -> Rule {
    let expected = format!("at most {places} decimal places");
    rule(column, "scale", |it| has_scale(it, places), expected)
}

/// What `numeric(digits, places)` holds without rounding.
pub(crate) fn precision(column: &str, digits: u32, places: u32) -> Rule {
    let expected = format!("at most {digits} digits, {places} of them decimal places");
    let expr = |it: Box<Expr>| {
        let fits = has_scale(it.clone(), places);
        match 10_i128.checked_pow(digits.saturating_sub(places)) {
            // Above 28 digits there is no decimal number that would be too large.
            Some(limit) if limit <= 10_i128.pow(28) => {
                let limit = Expr::literal(Decimal::from_i128_with_scale(limit, 0));
                Expr::And(vec![Expr::Abs(it).compare(Compare::Lt, limit), fits])
            }
            _ => fits,
        }
    };
    rule(column, "precision", expr, expected)
}

/// NaN is above the largest number, as infinity is.
pub(crate) fn finite(column: &str) -> Rule {
    let expr = |it: Box<Expr>| within(*it, f64::MIN.into(), f64::MAX.into());
    rule(column, "finite", expr, "a finite number")
}

pub(crate) fn present(least: u32, columns: &[String]) -> Rule {
    let all = columns.iter().map(Expr::column).collect();
    let expr = Expr::Present(all).compare(Compare::Ge, Expr::Literal(Value::Int(least.into())));
    let expected = format!("at least {least} of {} there", columns.join(", "));
    let id = format!("{}.present", columns.join("_"));
    Rule::new(id, expr, expected).dimension(Dimension::Completeness)
}

fn has_scale(it: Box<Expr>, places: u32) -> Expr {
    Expr::Scale(it).compare(Compare::Le, Expr::literal(i64::from(places)))
}

//! Checks that have a name, for a column known at run time: the same rules as those of
//! [`ColumnRules`](crate::ColumnRules), to the last word.

use std::ops::Range;

use ml_core::{ColumnDef, Type, Value};

use super::entry::Check;
use super::node::{Node, Result, What};
use crate::snippet::Flaw;
use crate::words::Plain;
use crate::{Compare, Expr, Rule, constant};

/// The rule of a check, named `<column>.<what>`.
pub(super) fn rule(check: &Check, column: &ColumnDef) -> Result<Rule> {
    let name = column.name.as_ref();
    let expr = Expr::column(name);
    let boxed = Box::new(expr.clone());
    let (what, expr, expected) = match check {
        Check::NotNull => ("not_null", Expr::IsNull(boxed).negated(), "a value".into()),
        Check::NotBlank => {
            let expr = Expr::IsBlank(boxed).negated();
            ("not_blank", expr, "text that is not blank".into())
        }
        Check::Email => (
            "format",
            Expr::Email(boxed),
            "an e-mail address (HTML5)".into(),
        ),
        Check::Positive => {
            let expr = expr.compare(Compare::Gt, Expr::literal(0));
            ("positive", expr, "above 0".into())
        }
        Check::OneOf(at, values) => one_of(expr, at, values, column)?,
        Check::Range(at, min, max) => range(expr, at, [min, max], column)?,
        Check::Length(min, max) => length(boxed, *min, *max),
    };
    Ok(Rule::new(format!("{name}.{what}"), expr, expected))
}

type Named = (&'static str, Expr, String);

fn one_of(expr: Expr, at: &Range<usize>, values: &[Node], column: &ColumnDef) -> Result<Named> {
    if values.is_empty() {
        return Err(Flaw::new(at.clone(), "one_of needs values"));
    }
    let values = values.iter().map(|one| value(one, column));
    let values: Vec<Value> = values.collect::<Result<_>>()?;
    let words: Vec<String> = values.iter().map(|one| Plain(one).to_string()).collect();
    let expected = format!("one of {}", words.join(", "));
    Ok(("one_of", Expr::OneOf(Box::new(expr), values), expected))
}

fn range(
    expr: Expr,
    at: &Range<usize>,
    bounds: [&Option<Node>; 2],
    column: &ColumnDef,
) -> Result<Named> {
    if matches!(column.ty, Type::Text | Type::Bool) {
        let what = format!("{} is {}, which has no range", column.name, column.ty);
        return Err(Flaw::new(at.clone(), what));
    }
    let read = |bound: &Option<Node>| bound.as_ref().map(|node| value(node, column)).transpose();
    let (expr, expected) = match (read(bounds[0])?, read(bounds[1])?) {
        (Some(lo), Some(hi)) => {
            let expected = format!("{} to {}", Plain(&lo), Plain(&hi));
            (within(expr, lo, hi), expected)
        }
        (Some(lo), None) => {
            let expected = format!("at least {}", Plain(&lo));
            (expr.compare(Compare::Ge, Expr::Literal(lo)), expected)
        }
        (None, Some(hi)) => {
            let expected = format!("at most {}", Plain(&hi));
            (expr.compare(Compare::Le, Expr::Literal(hi)), expected)
        }
        (None, None) => return Err(Flaw::new(at.clone(), "a range needs min or max")),
    };
    Ok(("range", expr, expected))
}

fn length(column: Box<Expr>, min: u32, max: u32) -> Named {
    let expected = match min == max {
        true => format!("{min} characters"),
        false => format!("{min} to {max} characters"),
    };
    let bounds = [min, max].map(|bound| Value::Int(bound.into()));
    let [lo, hi] = bounds;
    ("length", within(Expr::Length(column), lo, hi), expected)
}

fn within(expr: Expr, lo: Value, hi: Value) -> Expr {
    let above = expr.clone().compare(Compare::Ge, Expr::Literal(lo));
    Expr::And(vec![above, expr.compare(Compare::Le, Expr::Literal(hi))])
}

/// A constant of the column's type, exactly.
fn value(node: &Node, column: &ColumnDef) -> Result<Value> {
    let value = match (&node.what, column.ty) {
        (What::Bool(truth), Type::Bool) => Some(Value::Bool(*truth)),
        (What::Text(text), Type::Text) => Some(Value::Text(text.clone())),
        // Decimals may stand in quotes, where other readers of the file would make floats of them.
        (What::Number(text) | What::Text(text), ty) => scalar(text, ty),
        (What::Time(text), Type::Date | Type::Timestamp | Type::Timestamptz) => {
            scalar(text, column.ty)
        }
        _ => None,
    };
    value.map_or_else(|| node.refused(misfit(node, column)), Ok)
}

fn misfit(node: &Node, column: &ColumnDef) -> String {
    let (found, ty, name) = (shown(node), column.ty, &column.name);
    let digits = match ty {
        Type::Numeric => " of at most 28 digits",
        _ => "",
    };
    format!("{found} is no {ty}{digits}, as {name} is")
}

fn scalar(text: &str, ty: Type) -> Option<Value> {
    match ty {
        Type::Int4 | Type::Int8 => whole(text).map(Value::Int),
        Type::Float8 => float(text).map(Value::Float),
        Type::Numeric => constant::decimal(text).map(Value::Decimal),
        Type::Date => constant::date(text).map(Value::Date),
        Type::Timestamp => constant::timestamp(text).map(Value::Timestamp),
        Type::Timestamptz => constant::timestamptz(text).map(Value::Timestamptz),
        Type::Bool | Type::Text => None,
    }
}

fn whole(text: &str) -> Option<i64> {
    text.replace('_', "").parse().ok()
}

fn float(text: &str) -> Option<f64> {
    let value: Option<f64> = text.replace('_', "").parse().ok();
    value.filter(|value| value.is_finite())
}

fn shown(node: &Node) -> String {
    match &node.what {
        What::Number(text) | What::Time(text) => text.clone(),
        What::Text(text) => format!("{text:?}"),
        What::Bool(truth) => truth.to_string(),
        _ => node.kind().to_owned(),
    }
}

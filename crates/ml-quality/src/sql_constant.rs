//! Constants in the parser's tree.

use ml_core::Value;
use rust_decimal::Decimal;
use sqlparser::ast::{
    DataType, Expr as Ast, TimezoneInfo, TypedString, UnaryOperator, Value as Constant,
};

use crate::constant;

type Result = std::result::Result<Value, String>;

/// The value of a constant, or why it is none we take; `None` for what is no constant at all.
pub(crate) fn constant(node: &Ast) -> Option<Result> {
    match node {
        Ast::Value(value) => Some(plain(&value.value)),
        Ast::TypedString(typed) => Some(typed_text(typed)),
        Ast::UnaryOp {
            op: UnaryOperator::Minus,
            expr,
        } => match &**expr {
            Ast::Value(value) => plain(&value.value).map(negative).transpose(),
            _ => None,
        },
        _ => None,
    }
}

fn plain(value: &Constant) -> Result {
    match value {
        Constant::Number(text, false) => constant::number(text)
            .ok_or_else(|| format!("{text} is no number of at most 28 digits")),
        Constant::SingleQuotedString(text) => Ok(Value::Text(text.clone())),
        Constant::Boolean(truth) => Ok(Value::Bool(*truth)),
        Constant::Null => Err("NULL is no constant: ask IS NULL or IS NOT NULL".into()),
        Constant::Placeholder(name) => Err(format!("a rule has no parameters such as {name}")),
        other => Err(format!(
            "a rule cannot have the constant {other}: write '…'"
        )),
    }
}

/// `None` for what has no sign.
fn negative(value: Value) -> Option<Value> {
    match value {
        Value::Int(whole) => Some(Value::Int(-whole)),
        Value::Decimal(decimal) => Some(whole(-decimal)),
        _ => None,
    }
}

/// The lowest number of 64 bits is one only with its sign.
fn whole(decimal: Decimal) -> Value {
    let lowest = decimal == Decimal::from(i64::MIN) && decimal.scale() == 0;
    if lowest {
        Value::Int(i64::MIN)
    } else {
        Value::Decimal(decimal)
    }
}

fn typed_text(typed: &TypedString) -> Result {
    let Constant::SingleQuotedString(text) = &typed.value.value else {
        return Err(format!("{} takes a text in quotes", typed.data_type));
    };
    match &typed.data_type {
        DataType::Date => constant::date(text)
            .map(Value::Date)
            .ok_or_else(|| format!("{text:?} is no date such as 2026-11-24")),
        DataType::Timestamp(None, zone) => timestamp(text, *zone),
        other => Err(format!("a rule cannot have constants of type {other}")),
    }
}

fn timestamp(text: &str, zone: TimezoneInfo) -> Result {
    let (value, what) = match zone {
        TimezoneInfo::None | TimezoneInfo::WithoutTimeZone => (
            constant::timestamp(text).map(Value::Timestamp),
            "timestamp without time zone, such as 2026-11-24 18:00:00",
        ),
        TimezoneInfo::WithTimeZone | TimezoneInfo::Tz => (
            constant::timestamptz(text).map(Value::Timestamptz),
            "timestamp with its offset, such as 2026-11-24 18:00:00+00",
        ),
    };
    value.ok_or_else(|| format!("{text:?} is no {what}"))
}

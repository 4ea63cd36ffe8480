//! What rules in a file take, read by the column's type.

use ml_core::{ColumnDef, Type, Value};
use rust_decimal::Decimal;

use super::node::{Node, Result, Table, What};
use crate::constant;
use crate::snippet::Flaw;

impl Node {
    /// Constants of the column's type, one at least.
    pub(super) fn values(&self, column: &ColumnDef, name: &str) -> Result<Vec<Value>> {
        let values = self.clone().list(name)?;
        if values.is_empty() {
            return self.refused(format!("{name} needs values"));
        }
        values.iter().map(|one| value(one, column)).collect()
    }

    /// A text in which there is something.
    pub(super) fn part(&self, name: &str) -> Result<String> {
        let (at, text) = self.clone().text(name)?;
        match text.is_empty() {
            true => Err(Flaw::new(
                at,
                format!("{name} is empty, which says nothing"),
            )),
            false => Ok(text),
        }
    }

    pub(super) fn decimal(&self, name: &str) -> Result<Decimal> {
        let read = match &self.what {
            What::Number(text) | What::Text(text) => constant::decimal(text),
            _ => None,
        };
        read.map_or_else(
            || self.refused(format!("{name} is no number of at most 28 digits")),
            Ok,
        )
    }
}

impl Table {
    /// What must be there.
    pub(super) fn needs(&mut self, name: &str, key: &str) -> Result<Node> {
        let at = self.at.clone();
        self.take(key)
            .ok_or_else(|| Flaw::new(at, format!("{name} needs {key}")))
    }

    /// The bounds of a range, one of which may be left out.
    pub(super) fn bounds(mut self, column: &ColumnDef) -> Result<[Option<Value>; 2]> {
        let mut bound = |key| self.take(key).map(|node| value(&node, column)).transpose();
        Ok([bound("min")?, bound("max")?])
    }
}

/// A constant of the column's type, exactly.
pub(super) fn value(node: &Node, column: &ColumnDef) -> Result<Value> {
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

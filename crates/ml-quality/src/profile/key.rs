use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use chrono::{DateTime, Datelike, NaiveDate};
use ml_core::{Type, Value, ValueRef};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::number;

/// A value that is neither text nor NULL, written one way only: equal keys are equal to rules.
#[derive(Clone, Copy)]
pub(super) struct Key(ValueRef<'static>);

impl Key {
    /// `None` for a value that is not of the type.
    pub(super) fn of(value: ValueRef<'_>, ty: Type) -> Option<Self> {
        let plain = match (value, ty) {
            (ValueRef::Bool(v), Type::Bool) => ValueRef::Bool(v),
            (ValueRef::Int(v), Type::Int4 | Type::Int8) => ValueRef::Int(v),
            (ValueRef::Int(v), Type::Numeric) => ValueRef::Decimal(Decimal::from(v).normalize()),
            (ValueRef::Decimal(v), Type::Numeric) => ValueRef::Decimal(v.normalize()),
            (ValueRef::Float(v), Type::Float8) if v.is_nan() => ValueRef::Float(f64::NAN),
            // Makes 0 of -0.
            (ValueRef::Float(v), Type::Float8) => ValueRef::Float(v + 0.0),
            (ValueRef::Date(v), Type::Date) => ValueRef::Date(v),
            (ValueRef::Timestamp(v), Type::Timestamp) => ValueRef::Timestamp(v),
            (ValueRef::Timestamptz(v), Type::Timestamptz) => ValueRef::Timestamptz(v),
            _ => return None,
        };
        Some(Key(plain))
    }

    pub(super) fn value(self) -> ValueRef<'static> {
        self.0
    }

    pub(super) fn is_number(self) -> bool {
        use ValueRef::{Decimal, Float, Int};
        matches!(self.0, Int(_) | Float(_) | Decimal(_))
    }

    /// The place on a line: of a number its value, of a date its day, of a timestamp its microsecond.
    pub(super) fn place(self) -> Option<f64> {
        match self.0 {
            ValueRef::Int(v) => Some(v as f64),
            ValueRef::Float(v) => Some(v),
            ValueRef::Decimal(v) => v.to_f64(),
            ValueRef::Date(v) => Some(f64::from(v.num_days_from_ce())),
            ValueRef::Timestamp(v) => Some(v.and_utc().timestamp_micros() as f64),
            ValueRef::Timestamptz(v) => Some(v.timestamp_micros() as f64),
            ValueRef::Null | ValueRef::Bool(_) | ValueRef::Text(_) => None,
        }
    }
}

/// What stands at a place: a whole number in a column of those, else a float.
pub(super) fn at_place(place: f64, ty: Type) -> Option<Value> {
    let instant = || DateTime::from_timestamp_micros(place.round() as i64);
    match ty {
        Type::Int4 | Type::Int8 => Some(Value::Int(place.round() as i64)),
        Type::Date => NaiveDate::from_num_days_from_ce_opt(place.round() as i32).map(Value::Date),
        Type::Timestamp => instant().map(|at| Value::Timestamp(at.naive_utc())),
        Type::Timestamptz => instant().map(Value::Timestamptz),
        _ => Some(Value::Float(place)),
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0 {
            ValueRef::Null => {}
            ValueRef::Bool(v) => v.hash(state),
            ValueRef::Int(v) => v.hash(state),
            ValueRef::Float(v) => v.to_bits().hash(state),
            ValueRef::Decimal(v) => (v.mantissa(), v.scale()).hash(state),
            ValueRef::Text(v) => v.hash(state),
            ValueRef::Date(v) => v.hash(state),
            ValueRef::Timestamp(v) => v.hash(state),
            ValueRef::Timestamptz(v) => v.hash(state),
        }
    }
}

/// The order of rules, which is total among the values of one column.
impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        number::order(self.0, other.0).unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

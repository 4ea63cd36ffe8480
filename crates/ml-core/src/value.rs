use std::cmp::Ordering;
use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use serde::{Deserialize, Serialize};

/// The type of a column, each with one Rust type and one PostgreSQL type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    /// `bool`, `boolean`
    Bool,
    /// `i32`, `integer`
    Int4,
    /// `i64`, `bigint`
    Int8,
    /// `f64`, `double precision`; finite only
    Float8,
    /// [`Decimal`], `numeric`: at most 28 digits, kept exactly
    Numeric,
    /// `String`, `text`
    Text,
    /// [`NaiveDate`], `date`
    Date,
    /// [`NaiveDateTime`], `timestamp without time zone`
    Timestamp,
    /// [`DateTime<Utc>`], `timestamp with time zone`
    Timestamptz,
}

impl Type {
    /// The type's name in SQL, as `format_type` prints it.
    pub const fn sql(self) -> &'static str {
        match self {
            Type::Bool => "boolean",
            Type::Int4 => "integer",
            Type::Int8 => "bigint",
            Type::Float8 => "double precision",
            Type::Numeric => "numeric",
            Type::Text => "text",
            Type::Date => "date",
            Type::Timestamp => "timestamp without time zone",
            Type::Timestamptz => "timestamp with time zone",
        }
    }

    /// The same type for `postgres-types`.
    pub const fn wire(self) -> postgres_types::Type {
        use postgres_types::Type as Wire;
        match self {
            Type::Bool => Wire::BOOL,
            Type::Int4 => Wire::INT4,
            Type::Int8 => Wire::INT8,
            Type::Float8 => Wire::FLOAT8,
            Type::Numeric => Wire::NUMERIC,
            Type::Text => Wire::TEXT,
            Type::Date => Wire::DATE,
            Type::Timestamp => Wire::TIMESTAMP,
            Type::Timestamptz => Wire::TIMESTAMPTZ,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sql())
    }
}

/// One value of a run-time [`Row`](crate::Row) or of a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Value {
    /// SQL NULL
    Null,
    /// A boolean
    Bool(bool),
    /// An integer of any width
    Int(i64),
    /// A finite float
    Float(f64),
    /// An exact decimal
    Decimal(Decimal),
    /// Text
    Text(String),
    /// A calendar day
    Date(NaiveDate),
    /// Local date and time
    Timestamp(NaiveDateTime),
    /// An instant
    Timestamptz(DateTime<Utc>),
}

impl Value {
    /// The value, borrowed.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Value::Null => ValueRef::Null,
            Value::Bool(v) => ValueRef::Bool(*v),
            Value::Int(v) => ValueRef::Int(*v),
            Value::Float(v) => ValueRef::Float(*v),
            Value::Decimal(v) => ValueRef::Decimal(*v),
            Value::Text(v) => ValueRef::Text(v),
            Value::Date(v) => ValueRef::Date(*v),
            Value::Timestamp(v) => ValueRef::Timestamp(*v),
            Value::Timestamptz(v) => ValueRef::Timestamptz(*v),
        }
    }
}

macro_rules! value_from {
    ($($from:ty => $variant:ident),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Value {
                Value::$variant(value.into())
            }
        }
    )*};
}

value_from! {
    bool => Bool, i32 => Int, i64 => Int, f64 => Float, Decimal => Decimal, String => Text, &str => Text,
    NaiveDate => Date, NaiveDateTime => Timestamp, DateTime<Utc> => Timestamptz,
}

/// One value of a record, borrowed: what rules and the encoder see.
#[derive(Clone, Copy, PartialEq)]
pub enum ValueRef<'a> {
    /// SQL NULL
    Null,
    /// A boolean
    Bool(bool),
    /// An integer of any width
    Int(i64),
    /// A finite float
    Float(f64),
    /// An exact decimal
    Decimal(Decimal),
    /// Text
    Text(&'a str),
    /// A calendar day
    Date(NaiveDate),
    /// Local date and time
    Timestamp(NaiveDateTime),
    /// An instant
    Timestamptz(DateTime<Utc>),
}

impl ValueRef<'_> {
    /// Whether the value is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, ValueRef::Null)
    }

    /// The number as a decimal; `None` for anything else and for floats outside a decimal's range.
    pub fn decimal(&self) -> Option<Decimal> {
        match self {
            ValueRef::Int(v) => Some(Decimal::from(*v)),
            ValueRef::Decimal(v) => Some(*v),
            ValueRef::Float(v) => Decimal::from_f64(*v),
            _ => None,
        }
    }

    /// SQL's comparison: `None` when one side is NULL or the types cannot be compared.
    pub fn compare(&self, other: &ValueRef<'_>) -> Option<Ordering> {
        use ValueRef::*;
        match (self, other) {
            (Bool(a), Bool(b)) => Some(a.cmp(b)),
            (Int(a), Int(b)) => Some(a.cmp(b)),
            (Float(a), Float(b)) => a.partial_cmp(b),
            (Text(a), Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
            (Date(a), Date(b)) => Some(a.cmp(b)),
            (Timestamp(a), Timestamp(b)) => Some(a.cmp(b)),
            (Timestamptz(a), Timestamptz(b)) => Some(a.cmp(b)),
            _ => Some(self.decimal()?.cmp(&other.decimal()?)),
        }
    }

    /// An owned copy.
    pub fn to_value(&self) -> Value {
        match self {
            ValueRef::Null => Value::Null,
            ValueRef::Bool(v) => Value::Bool(*v),
            ValueRef::Int(v) => Value::Int(*v),
            ValueRef::Float(v) => Value::Float(*v),
            ValueRef::Decimal(v) => Value::Decimal(*v),
            ValueRef::Text(v) => Value::Text((*v).to_owned()),
            ValueRef::Date(v) => Value::Date(*v),
            ValueRef::Timestamp(v) => Value::Timestamp(*v),
            ValueRef::Timestamptz(v) => Value::Timestamptz(*v),
        }
    }
}

/// What a person reads; a personal column must be redacted before it gets here.
impl fmt::Display for ValueRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueRef::Null => f.write_str("NULL"),
            ValueRef::Bool(v) => v.fmt(f),
            ValueRef::Int(v) => v.fmt(f),
            ValueRef::Float(v) => v.fmt(f),
            ValueRef::Decimal(v) => v.fmt(f),
            ValueRef::Text(v) => write!(f, "{v:?}"),
            ValueRef::Date(v) => v.fmt(f),
            ValueRef::Timestamp(v) => v.fmt(f),
            ValueRef::Timestamptz(v) => v.fmt(f),
        }
    }
}

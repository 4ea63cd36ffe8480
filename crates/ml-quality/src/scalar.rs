use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use ml_core::{Pii, Type, Value};
use rust_decimal::Decimal;

mod sealed {
    pub trait Sealed {}
}

use sealed::Sealed;

/// A column's type as rules see it: without `Option` and [`Pii`].
#[diagnostic::on_unimplemented(message = "a column of `{Self}` has no expression")]
pub trait Scalar: Sealed {
    /// The type without `Option` and [`Pii`].
    type Base: Into<Value>;
    /// What it can be compared with: [`Decimal`] for every number, else the type itself.
    type Kind;
}

/// Text: `String`, and `Option` and [`Pii`] of it.
#[diagnostic::on_unimplemented(message = "this rule is about text, and the column is a `{Self}`")]
pub trait Text: Scalar<Kind = String> {}

/// Numbers: `i32`, `i64`, `f64`, [`Decimal`], and `Option` and [`Pii`] of them.
#[diagnostic::on_unimplemented(
    message = "this rule is about numbers, and the column is a `{Self}`"
)]
pub trait Number: Scalar<Kind = Decimal> {}

/// Exact numbers: `i32`, `i64`, [`Decimal`], and `Option` and [`Pii`] of them.
#[diagnostic::on_unimplemented(
    message = "this rule is about whole and decimal numbers, and the column is a `{Self}`"
)]
pub trait Exact: Number {}

/// Dates and timestamps, and `Option` and [`Pii`] of them.
#[diagnostic::on_unimplemented(
    message = "this rule is about dates and timestamps, and the column is a `{Self}`"
)]
pub trait Time: Ordered {
    /// The column's type.
    const TYPE: Type;
}

/// What has a range: numbers, dates and timestamps, and `Option` and [`Pii`] of them.
#[diagnostic::on_unimplemented(
    message = "this rule is about numbers, dates and timestamps, and the column is a `{Self}`"
)]
pub trait Ordered: Scalar {}

macro_rules! scalar {
    ($($base:ty => $kind:ty $(: $($what:ident),+)?;)*) => {$(
        impl Sealed for $base {}
        impl Scalar for $base {
            type Base = $base;
            type Kind = $kind;
        }
        $($(impl $what for $base {})+)?
    )*};
}

scalar! {
    bool => bool;
    String => String: Text;
    i32 => Decimal: Number, Ordered, Exact;
    i64 => Decimal: Number, Ordered, Exact;
    f64 => Decimal: Number, Ordered;
    Decimal => Decimal: Number, Ordered, Exact;
    NaiveDate => NaiveDate: Ordered;
    NaiveDateTime => NaiveDateTime: Ordered;
    DateTime<Utc> => DateTime<Utc>: Ordered;
}

macro_rules! time {
    ($($base:ty => $ty:ident),*) => {$(
        impl Time for $base {
            const TYPE: Type = Type::$ty;
        }
    )*};
}

time!(NaiveDate => Date, NaiveDateTime => Timestamp, DateTime<Utc> => Timestamptz);

macro_rules! wrapped {
    ($($wrapper:ident),*) => {$(
        impl<V: Sealed> Sealed for $wrapper<V> {}
        impl<V: Scalar> Scalar for $wrapper<V> {
            type Base = V::Base;
            type Kind = V::Kind;
        }
        impl<V: Text> Text for $wrapper<V> {}
        impl<V: Number> Number for $wrapper<V> {}
        impl<V: Ordered> Ordered for $wrapper<V> {}
        impl<V: Exact> Exact for $wrapper<V> {}
        impl<V: Time> Time for $wrapper<V> {
            const TYPE: Type = V::TYPE;
        }
    )*};
}

wrapped!(Option, Pii);

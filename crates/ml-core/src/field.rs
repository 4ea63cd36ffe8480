use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use postgres_types::FromSql;
use rust_decimal::Decimal;

use crate::{Type, ValueRef, numeric, parse};

/// Text or bytes that are not a value of the column's type; holds what was expected, never the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct Malformed(pub &'static str);

/// A Rust type that a column of a record can have.
///
/// Implemented for `bool`, `i32`, `i64`, `f64`, [`Decimal`], `String`, [`NaiveDate`], [`NaiveDateTime`],
/// [`DateTime<Utc>`], and for [`Pii<T>`](crate::Pii) and `Option<T>` of them.
pub trait Field: Clone + Send + Sync + Sized {
    /// The column's type.
    const TYPE: Type;
    /// Whether the column may be NULL.
    const NULLABLE: bool = false;
    /// Whether the values are personal and must be redacted wherever people read.
    const PERSONAL: bool = false;

    /// A value to decode into.
    fn blank() -> Self;

    /// Decodes text as received, in place; `format` is chrono's, for columns that declare one.
    fn decode(&mut self, text: &str, format: Option<&str>) -> Result<(), Malformed>;

    /// Decodes text that is known not to be NULL, whatever it is.
    fn decode_present(&mut self, text: &str, format: Option<&str>) -> Result<(), Malformed> {
        self.decode(text, format)
    }

    /// Reads the binary form PostgreSQL sends; `None` is NULL.
    fn read(&mut self, wire: Option<&[u8]>) -> Result<(), Malformed>;

    /// The value, borrowed.
    fn value(&self) -> ValueRef<'_>;
}

fn from_wire<'a, T: FromSql<'a>>(ty: Type, wire: Option<&'a [u8]>) -> Result<T, Malformed> {
    let bytes = wire.ok_or(Malformed("a value, not NULL"))?;
    T::from_sql(&ty.wire(), bytes).map_err(|_| Malformed(ty.sql()))
}

macro_rules! plain_field {
    ($rust:ty, $ty:ident, $blank:expr, |$text:ident, $format:ident| $parse:expr, |$value:ident| $borrow:expr) => {
        impl Field for $rust {
            const TYPE: Type = Type::$ty;

            fn blank() -> Self {
                $blank
            }

            #[inline]
            fn decode(&mut self, $text: &str, $format: Option<&str>) -> Result<(), Malformed> {
                *self = $parse?;
                Ok(())
            }

            fn read(&mut self, wire: Option<&[u8]>) -> Result<(), Malformed> {
                *self = from_wire(Self::TYPE, wire)?;
                Ok(())
            }

            #[inline]
            fn value(&self) -> ValueRef<'_> {
                let $value = *self;
                $borrow
            }
        }
    };
}

plain_field!(
    bool,
    Bool,
    false,
    |text, _format| parse::boolean(text),
    |v| ValueRef::Bool(v)
);
plain_field!(i32, Int4, 0, |text, _format| parse::int4(text), |v| {
    ValueRef::Int(v.into())
});
plain_field!(i64, Int8, 0, |text, _format| parse::int8(text), |v| {
    ValueRef::Int(v)
});
plain_field!(f64, Float8, 0.0, |text, _format| parse::float8(text), |v| {
    ValueRef::Float(v)
});
plain_field!(
    NaiveDate,
    Date,
    NaiveDate::MIN,
    |text, format| parse::date(text, format),
    |v| ValueRef::Date(v)
);
plain_field!(
    NaiveDateTime,
    Timestamp,
    NaiveDateTime::MIN,
    |text, format| parse::timestamp(text, format),
    |v| ValueRef::Timestamp(v)
);
plain_field!(
    DateTime<Utc>,
    Timestamptz,
    DateTime::<Utc>::MIN_UTC,
    |text, format| parse::timestamptz(text, format),
    |v| ValueRef::Timestamptz(v)
);

impl Field for Decimal {
    const TYPE: Type = Type::Numeric;

    fn blank() -> Self {
        Decimal::ZERO
    }

    #[inline]
    fn decode(&mut self, text: &str, _format: Option<&str>) -> Result<(), Malformed> {
        *self = parse::decimal(text)?;
        Ok(())
    }

    fn read(&mut self, wire: Option<&[u8]>) -> Result<(), Malformed> {
        *self = numeric::read(wire.ok_or(Malformed("a value, not NULL"))?)?;
        Ok(())
    }

    #[inline]
    fn value(&self) -> ValueRef<'_> {
        ValueRef::Decimal(*self)
    }
}

impl Field for String {
    const TYPE: Type = Type::Text;

    fn blank() -> Self {
        String::new()
    }

    #[inline]
    fn decode(&mut self, text: &str, _format: Option<&str>) -> Result<(), Malformed> {
        self.clear();
        self.push_str(text);
        Ok(())
    }

    fn read(&mut self, wire: Option<&[u8]>) -> Result<(), Malformed> {
        let text: &str = from_wire(Type::Text, wire)?;
        self.decode(text, None)
    }

    #[inline]
    fn value(&self) -> ValueRef<'_> {
        ValueRef::Text(self)
    }
}

/// An empty field is NULL.
impl<T: Field> Field for Option<T> {
    const TYPE: Type = T::TYPE;
    const NULLABLE: bool = true;
    const PERSONAL: bool = T::PERSONAL;

    fn blank() -> Self {
        None
    }

    #[inline]
    fn decode(&mut self, text: &str, format: Option<&str>) -> Result<(), Malformed> {
        if text.is_empty() {
            *self = None;
            return Ok(());
        }
        self.decode_present(text, format)
    }

    #[inline]
    fn decode_present(&mut self, text: &str, format: Option<&str>) -> Result<(), Malformed> {
        fill(self, |value| value.decode_present(text, format))
    }

    fn read(&mut self, wire: Option<&[u8]>) -> Result<(), Malformed> {
        match wire {
            None => *self = None,
            some => fill(self, |value| value.read(some))?,
        }
        Ok(())
    }

    #[inline]
    fn value(&self) -> ValueRef<'_> {
        self.as_ref().map_or(ValueRef::Null, T::value)
    }
}

/// Fills a value in its place; a NULL that cannot be filled stays one.
#[inline]
fn fill<T: Field>(
    place: &mut Option<T>,
    decode: impl FnOnce(&mut T) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    if let Some(value) = place {
        return decode(value);
    }
    let mut value = T::blank();
    decode(&mut value)?;
    *place = Some(value);
    Ok(())
}

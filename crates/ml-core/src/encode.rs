//! Values in the binary form of `COPY … BINARY`: a length of four bytes (−1 for NULL), then the bytes.
//! Source: PostgreSQL documentation, "COPY, Binary Format", and the `…_send` functions of its types.

use bytes::{BufMut, BytesMut};
use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;

use crate::{Type, ValueRef};

/// 2000-01-01, PostgreSQL's epoch, in days after chrono's (0001-01-01 is day 1).
const EPOCH_DAYS: i32 = 730_120;
/// 2000-01-01 in microseconds after 1970-01-01.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

impl ValueRef<'_> {
    /// Appends the value as one field of a binary COPY into a column of type `ty`.
    #[inline]
    pub fn encode(&self, ty: Type, out: &mut BytesMut) {
        match (*self, ty) {
            (ValueRef::Null, _) => out.put_i32(-1),
            (ValueRef::Bool(v), _) => field(out, &[u8::from(v)]),
            (ValueRef::Int(v), Type::Int4) => four(out, v as i32),
            (ValueRef::Int(v), Type::Numeric) => numeric(Decimal::from(v), out),
            (ValueRef::Int(v), _) => eight(out, v.to_be_bytes()),
            (ValueRef::Float(v), _) => eight(out, v.to_be_bytes()),
            (ValueRef::Decimal(v), _) => numeric(v, out),
            (ValueRef::Text(v), _) => field(out, v.as_bytes()),
            (ValueRef::Date(v), _) => four(out, days(v)),
            (ValueRef::Timestamp(v), _) => eight(out, micros(v).to_be_bytes()),
            (ValueRef::Timestamptz(v), _) => eight(out, micros(v.naive_utc()).to_be_bytes()),
        }
    }
}

#[inline]
fn field(out: &mut BytesMut, bytes: &[u8]) {
    out.put_i32(bytes.len() as i32);
    out.put_slice(bytes);
}

/// Length and value at once: half as many looks at the room that is left.
#[inline]
fn four(out: &mut BytesMut, value: i32) {
    out.put_u64(4 << 32 | u64::from(value as u32));
}

/// As [`four`].
#[inline]
pub(crate) fn eight(out: &mut BytesMut, value: [u8; 8]) {
    let mut field = [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0];
    field[4..].copy_from_slice(&value);
    out.put_slice(&field);
}

fn days(date: NaiveDate) -> i32 {
    use chrono::Datelike;
    date.num_days_from_ce() - EPOCH_DAYS
}

fn micros(at: NaiveDateTime) -> i64 {
    at.and_utc().timestamp_micros() - EPOCH_MICROS
}

/// Base 10,000 digits, most significant first, without leading or trailing zero digits.
fn numeric(value: Decimal, out: &mut BytesMut) {
    let scale = value.scale();
    let padding = (4 - scale % 4) % 4;
    let fraction_digits = (scale + padding) / 4;
    // 96 bits and three more decimal places fill at most nine digits
    let mut digits = [0_u16; 10];
    let used = cut(
        value.mantissa().unsigned_abs() * 10_u128.pow(padding),
        &mut digits,
    );
    let skipped = digits[..used]
        .iter()
        .take_while(|digit| **digit == 0)
        .count();
    let significant = &digits[skipped..used];
    let weight = if used == 0 {
        0
    } else {
        used as i16 - fraction_digits as i16 - 1
    };
    let negative = value.is_sign_negative() && used > 0;
    out.put_i32(8 + 2 * significant.len() as i32);
    let count = significant.len() as u64;
    let sign: u64 = if negative { 0x4000 } else { 0 };
    out.put_u64(count << 48 | u64::from(weight as u16) << 32 | sign << 16 | u64::from(scale));
    significant
        .iter()
        .rev()
        .for_each(|digit| out.put_u16(*digit));
}

/// The digits of a number to the base 10,000, least significant first; answers how many.
fn cut(mut rest: u128, digits: &mut [u16]) -> usize {
    let mut used = 0;
    while rest > u128::from(u64::MAX) {
        digits[used] = (rest % 10_000) as u16;
        rest /= 10_000;
        used += 1;
    }
    // most numbers are here from the start, and 64 bits are divided much faster
    let mut rest = rest as u64;
    while rest > 0 {
        digits[used] = (rest % 10_000) as u16;
        rest /= 10_000;
        used += 1;
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use postgres_types::{IsNull, ToSql};
    use proptest::prelude::*;

    /// `postgres-types` is the oracle: what it writes, with the length in front.
    fn oracle(value: &dyn ToSql, ty: Type) -> Vec<u8> {
        let mut bytes = BytesMut::new();
        let null = value.to_sql_checked(&ty.wire(), &mut bytes).unwrap();
        assert!(matches!(null, IsNull::No));
        [&(bytes.len() as i32).to_be_bytes()[..], &bytes].concat()
    }

    fn ours(value: ValueRef<'_>, ty: Type) -> Vec<u8> {
        let mut out = BytesMut::new();
        value.encode(ty, &mut out);
        out.to_vec()
    }

    /// Reads it back through the library, because two spellings of one number are both right.
    fn decoded(bytes: &[u8]) -> Decimal {
        postgres_types::FromSql::from_sql(&postgres_types::Type::NUMERIC, &bytes[4..]).unwrap()
    }

    // P6: what is encoded is what the library writes and reads back.
    proptest! {
        #[test]
        fn whole_numbers(v in any::<i64>(), w in any::<i32>()) {
            prop_assert_eq!(ours(ValueRef::Int(v), Type::Int8), oracle(&v, Type::Int8));
            prop_assert_eq!(ours(ValueRef::Int(w.into()), Type::Int4), oracle(&w, Type::Int4));
        }

        #[test]
        fn floats_text_and_booleans(v in any::<f64>(), t in "\\PC{0,40}", b in any::<bool>()) {
            prop_assert_eq!(ours(ValueRef::Float(v), Type::Float8), oracle(&v, Type::Float8));
            prop_assert_eq!(ours(ValueRef::Text(&t), Type::Text), oracle(&t, Type::Text));
            prop_assert_eq!(ours(ValueRef::Bool(b), Type::Bool), oracle(&b, Type::Bool));
        }

        #[test]
        fn decimals(lo in any::<u32>(), mid in any::<u32>(), hi in any::<u32>(), negative in any::<bool>(), scale in 0_u32..=28) {
            let value = Decimal::from_parts(lo, mid, hi, negative, scale);
            let bytes = ours(ValueRef::Decimal(value), Type::Numeric);
            prop_assert_eq!(decoded(&bytes), value);
            prop_assert_eq!(decoded(&bytes), decoded(&oracle(&value, Type::Numeric)));
            prop_assert_eq!(&bytes[10..12], &(scale as u16).to_be_bytes()[..]);
        }

        #[test]
        fn times(seconds in -60_000_000_000_i64..200_000_000_000, micro in 0_u32..1_000_000) {
            let at = DateTime::from_timestamp(seconds, micro * 1_000).unwrap();
            let naive = at.naive_utc();
            prop_assert_eq!(ours(ValueRef::Timestamptz(at), Type::Timestamptz), oracle(&at, Type::Timestamptz));
            prop_assert_eq!(ours(ValueRef::Timestamp(naive), Type::Timestamp), oracle(&naive, Type::Timestamp));
            prop_assert_eq!(ours(ValueRef::Date(naive.date()), Type::Date), oracle(&naive.date(), Type::Date));
        }
    }

    #[test]
    fn null_is_a_length_of_minus_one() {
        assert_eq!(ours(ValueRef::Null, Type::Text), (-1_i32).to_be_bytes());
    }

    /// The library drops the scale of a zero; PostgreSQL itself keeps it, and so do we. It has no negative one.
    #[test]
    fn zero_has_no_digits_no_sign_and_keeps_its_scale() {
        let mut negative = Decimal::new(0, 2);
        negative.set_sign_negative(true);
        for zero in [Decimal::new(0, 2), negative] {
            let bytes = ours(ValueRef::Decimal(zero), Type::Numeric);
            assert_eq!(bytes, [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 2]);
        }
    }
}

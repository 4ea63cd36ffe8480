//! Numbers of several types side by side, as PostgreSQL takes them: exact among `integer`, `bigint` and
//! `numeric`; `double precision` as soon as one side is that.

use std::cmp::Ordering;
use std::fmt::{self, Write};

use ml_core::ValueRef;
use rust_decimal::Decimal;

/// SQL's order of two values; `None` when one is NULL or they are not of one kind.
#[inline]
pub(crate) fn order(a: ValueRef<'_>, b: ValueRef<'_>) -> Option<Ordering> {
    match (a, b) {
        // The two most frequent, where a call would cost more than the comparison.
        (ValueRef::Int(a), ValueRef::Int(b)) => Some(a.cmp(&b)),
        (ValueRef::Float(a), ValueRef::Float(b)) => Some(order_floats(a, b)),
        (ValueRef::Float(_), _) | (_, ValueRef::Float(_)) => {
            Some(order_floats(float(a)?, float(b)?))
        }
        _ => a.compare(&b),
    }
}

/// PostgreSQL's order, which is total: NaN equals itself and is above everything else.
#[inline]
fn order_floats(a: f64, b: f64) -> Ordering {
    let by_nan = || a.is_nan().cmp(&b.is_nan());
    a.partial_cmp(&b).unwrap_or_else(by_nan)
}

pub(crate) fn add<'a>(a: ValueRef<'_>, b: ValueRef<'_>) -> ValueRef<'a> {
    calculate(a, b, Decimal::checked_add, |a, b| a + b)
}

pub(crate) fn sub<'a>(a: ValueRef<'_>, b: ValueRef<'_>) -> ValueRef<'a> {
    calculate(a, b, Decimal::checked_sub, |a, b| a - b)
}

pub(crate) fn mul<'a>(a: ValueRef<'_>, b: ValueRef<'_>) -> ValueRef<'a> {
    calculate(a, b, Decimal::checked_mul, |a, b| a * b)
}

pub(crate) fn abs<'a>(a: ValueRef<'_>) -> ValueRef<'a> {
    match a {
        ValueRef::Float(v) => ValueRef::Float(v.abs()),
        _ => known(a.decimal().map(|v| v.abs())),
    }
}

fn calculate<'a>(
    a: ValueRef<'_>,
    b: ValueRef<'_>,
    exact: fn(Decimal, Decimal) -> Option<Decimal>,
    inexact: fn(f64, f64) -> f64,
) -> ValueRef<'a> {
    if matches!(a, ValueRef::Float(_)) || matches!(b, ValueRef::Float(_)) {
        let result = float(a).zip(float(b)).map(|(a, b)| inexact(a, b));
        return match result {
            Some(v) if !v.is_infinite() => ValueRef::Float(v),
            _ => ValueRef::Null,
        };
    }
    let both = a.decimal().zip(b.decimal());
    known(both.and_then(|(a, b)| exact(a, b)))
}

fn known<'a>(result: Option<Decimal>) -> ValueRef<'a> {
    result.map_or(ValueRef::Null, ValueRef::Decimal)
}

fn float(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Float(v) => Some(v),
        ValueRef::Int(v) => Some(v as f64),
        ValueRef::Decimal(v) => nearest(v),
        _ => None,
    }
}

/// By way of its digits, as PostgreSQL does: `Decimal::to_f64` may miss the nearest float by one.
fn nearest(value: Decimal) -> Option<f64> {
    let mut digits = Digits::default();
    write!(digits, "{value}").ok()?;
    std::str::from_utf8(&digits.bytes[..digits.used])
        .ok()?
        .parse()
        .ok()
}

/// A sign, a point, a leading zero and 29 digits, without an allocation.
#[derive(Default)]
struct Digits {
    bytes: [u8; 32],
    used: usize,
}

impl Write for Digits {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.used + text.len();
        let place = self.bytes.get_mut(self.used..end).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.used = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::dec;

    const NAN: ValueRef<'static> = ValueRef::Float(f64::NAN);

    #[test]
    fn floats_are_ordered_as_in_postgresql() {
        assert_eq!(order(NAN, NAN), Some(Ordering::Equal));
        assert_eq!(order(NAN, ValueRef::Float(1e308)), Some(Ordering::Greater));
        assert_eq!(order(ValueRef::Int(1), NAN), Some(Ordering::Less));
        assert_eq!(
            order(ValueRef::Float(-0.0), ValueRef::Float(0.0)),
            Some(Ordering::Equal)
        );
        assert_eq!(
            order(ValueRef::Float(0.1), ValueRef::Decimal(dec!(0.1))),
            Some(Ordering::Equal)
        );
        assert_eq!(order(ValueRef::Float(0.1), ValueRef::Null), None);
    }

    #[test]
    fn what_is_too_large_is_unknown() {
        let most = ValueRef::Decimal(Decimal::MAX);
        assert!(add(most, most).is_null());
        assert!(sub(ValueRef::Decimal(Decimal::MIN), most).is_null());
        assert!(mul(most, ValueRef::Int(2)).is_null());
        assert!(mul(ValueRef::Float(1e300), ValueRef::Float(1e300)).is_null());
        assert!(add(ValueRef::Text("1"), ValueRef::Int(1)).is_null());
    }

    #[test]
    fn whole_numbers_do_not_wrap() {
        let sum = add(ValueRef::Int(i64::MAX), ValueRef::Int(1));
        assert!(sum == ValueRef::Decimal(dec!(9223372036854775808)));
        assert!(abs(ValueRef::Int(i64::MIN)) == sum);
    }

    proptest! {
        #[test]
        fn decimals_become_the_nearest_float(lo in any::<u32>(), mid in any::<u32>(), hi in any::<u32>(), negative in any::<bool>(), scale in 0_u32..=28) {
            let value = Decimal::from_parts(lo, mid, hi, negative, scale);
            prop_assert_eq!(nearest(value), value.to_string().parse().ok());
        }

        #[test]
        fn sums_and_products_agree_with_integers(a in any::<i32>(), b in any::<i32>()) {
            let (x, y) = (ValueRef::Int(a.into()), ValueRef::Int(b.into()));
            let (a, b) = (i64::from(a), i64::from(b));
            prop_assert_eq!(order(add(x, y), ValueRef::Int(a + b)), Some(Ordering::Equal));
            prop_assert_eq!(order(sub(x, y), ValueRef::Int(a - b)), Some(Ordering::Equal));
            prop_assert_eq!(order(mul(x, y), ValueRef::Int(a * b)), Some(Ordering::Equal));
        }
    }
}

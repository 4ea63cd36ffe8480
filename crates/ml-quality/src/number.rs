//! Numbers of several types side by side, as PostgreSQL takes them: exact among `integer`, `bigint` and
//! `numeric`; `double precision` as soon as one side is that.

use std::cmp::Ordering;
use std::fmt::{self, Write};

use ml_core::{Value, ValueRef};
use rust_decimal::Decimal;

use crate::Expr;

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
    calculate(a, b, |a, b| sum(a, b, i128::checked_add), |a, b| a + b)
}

pub(crate) fn sub<'a>(a: ValueRef<'_>, b: ValueRef<'_>) -> ValueRef<'a> {
    calculate(a, b, |a, b| sum(a, b, i128::checked_sub), |a, b| a - b)
}

pub(crate) fn mul<'a>(a: ValueRef<'_>, b: ValueRef<'_>) -> ValueRef<'a> {
    calculate(a, b, product, |a, b| a * b)
}

pub(crate) fn abs<'a>(a: ValueRef<'_>) -> ValueRef<'a> {
    match a {
        ValueRef::Float(v) => ValueRef::Float(v.abs()),
        _ => known(a.decimal().map(|v| v.abs())),
    }
}

/// What is left after division by a step that is not zero.
pub(crate) fn rem<'a>(a: ValueRef<'_>, step: Decimal) -> ValueRef<'a> {
    known(exact(a).map(|a| remainder(a, step)))
}

/// The decimal places that are not zero.
pub(crate) fn scale<'a>(a: ValueRef<'_>) -> ValueRef<'a> {
    let places = |v: Decimal| ValueRef::Int(v.normalize().scale().into());
    exact(a).map_or(ValueRef::Null, places)
}

/// In a place where the others are floats, a constant is one, too.
pub(crate) fn make_float(expr: &mut Expr<usize>) {
    if let Expr::Literal(value) = expr
        && let Some(v) = float(value.as_ref())
    {
        *value = Value::Float(v);
    }
}

fn calculate<'a>(
    a: ValueRef<'_>,
    b: ValueRef<'_>,
    exactly: fn(Decimal, Decimal) -> Option<Decimal>,
    inexactly: fn(f64, f64) -> f64,
) -> ValueRef<'a> {
    if matches!(a, ValueRef::Float(_)) || matches!(b, ValueRef::Float(_)) {
        let result = float(a).zip(float(b)).map(|(a, b)| inexactly(a, b));
        return match result {
            Some(v) if !v.is_infinite() => ValueRef::Float(v),
            _ => ValueRef::Null,
        };
    }
    let both = exact(a).zip(exact(b));
    known(both.and_then(|(a, b)| exactly(a, b)))
}

fn exact(value: ValueRef<'_>) -> Option<Decimal> {
    match value {
        ValueRef::Int(v) => Some(Decimal::from(v)),
        ValueRef::Decimal(v) => Some(v),
        _ => None,
    }
}

/// With the larger scale, as in PostgreSQL: 1.50 + 1 is 2.50.
fn sum(a: Decimal, b: Decimal, of: fn(i128, i128) -> Option<i128>) -> Option<Decimal> {
    let scale = a.scale().max(b.scale());
    // 29 digits that are moved out of 38 are too many even after the other 29 are taken away.
    let moved = |v: Decimal| {
        let factor = 10_i128.checked_pow(scale - v.scale())?;
        v.mantissa().checked_mul(factor)
    };
    written(of(moved(a)?, moved(b)?)?, scale)
}

/// With both scales, as in PostgreSQL: 1.50 * 1.0 is 1.500.
fn product(a: Decimal, b: Decimal) -> Option<Decimal> {
    let mantissa = a.mantissa().checked_mul(b.mantissa())?;
    written(mantissa, a.scale() + b.scale())
}

/// 28 digits, of which any may be decimal places.
fn written(mantissa: i128, scale: u32) -> Option<Decimal> {
    if mantissa.unsigned_abs() >= 10_u128.pow(28) {
        return None;
    }
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}

/// Exact for all decimals, where `Decimal::checked_rem` is not defined for distant scales.
fn remainder(a: Decimal, step: Decimal) -> Decimal {
    let (mut left, mut by) = (a.mantissa(), step.mantissa());
    for _ in step.scale()..a.scale() {
        // Above all there is to divide, it leaves it whole.
        by = by.saturating_mul(10);
    }
    left %= by;
    for _ in a.scale()..step.scale() {
        left = left * 10 % by;
    }
    Decimal::from_i128_with_scale(left, a.scale().max(step.scale()))
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
    fn nothing_is_rounded() {
        let third = ValueRef::Decimal(dec!(0.3333333333333333333333333333));
        let tiny = ValueRef::Decimal(dec!(0.0000000000000000000000000001));
        assert!(add(third, tiny) == ValueRef::Decimal(dec!(0.3333333333333333333333333334)));
        assert!(add(third, ValueRef::Int(1)).is_null());
        assert!(mul(third, ValueRef::Decimal(dec!(0.1))).is_null());
        assert!(
            mul(third, ValueRef::Int(3)) == ValueRef::Decimal(dec!(0.9999999999999999999999999999))
        );
        assert!(sub(ValueRef::Decimal(Decimal::MAX), tiny).is_null());
    }

    #[test]
    fn a_scale_counts_no_zeros_at_the_end() {
        for (value, places) in [
            (dec!(1.50), 1),
            (dec!(0.00), 0),
            (dec!(100), 0),
            (dec!(0.05), 2),
        ] {
            assert!(
                scale(ValueRef::Decimal(value)) == ValueRef::Int(places),
                "{value}"
            );
        }
        assert!(scale(NAN).is_null());
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
        fn a_remainder_is_what_division_leaves(a in any::<i64>(), step in 1..1_000_000_i64, more in 0..10_u32) {
            let shift = 10_i128.pow(more);
            let (exact, by) = (i128::from(a), i128::from(step));
            let fine = Decimal::from_i128_with_scale(exact, more);
            prop_assert_eq!(remainder(fine, step.into()), Decimal::from_i128_with_scale(exact % (by * shift), more));
            let fine = Decimal::from_i128_with_scale(by, more);
            prop_assert_eq!(remainder(a.into(), fine), Decimal::from_i128_with_scale(exact * shift % by, more));
        }

        #[test]
        fn distant_scales_have_a_remainder(lo in any::<u32>(), mid in any::<u32>(), hi in any::<u32>(), scale in 0_u32..=28, step in 1..i64::MAX, places in 0_u32..=28) {
            let (value, step) = (Decimal::from_parts(lo, mid, hi, false, scale), Decimal::new(step, places));
            prop_assert!(remainder(value, step) < step);
            prop_assert_eq!(remainder(-value, step), -remainder(value, step));
            prop_assert_eq!(remainder(value, -step), remainder(value, step));
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

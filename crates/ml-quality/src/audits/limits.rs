use std::ops::{Bound, RangeBounds};

use ml_core::{Error, Result, Value};

/// A range of numbers in which there is something, as SQL.
pub(super) struct Limits(Vec<String>);

impl Limits {
    pub(super) fn of<N>(range: &impl RangeBounds<N>) -> Result<Self>
    where
        N: PartialOrd + Clone + Into<Value>,
    {
        let (lower, upper) = (range.start_bound(), range.end_bound());
        let bound = |sign: &str, bound: &N| Ok(format!("{sign} {}", literal(bound.clone())?));
        let mut limits = Vec::new();
        match lower {
            Bound::Included(least) => limits.push(bound(">=", least)?),
            Bound::Excluded(least) => limits.push(bound(">", least)?),
            Bound::Unbounded => {}
        }
        match upper {
            Bound::Included(most) => limits.push(bound("<=", most)?),
            Bound::Excluded(most) => limits.push(bound("<", most)?),
            Bound::Unbounded => {}
        }
        if limits.is_empty() || is_empty(lower, upper) {
            return Err(Error::contract(format!(
                "an audit needs a range with a bound and something in it, not {limits:?}"
            )));
        }
        Ok(Limits(limits))
    }

    /// Whether a figure is within, as a condition.
    pub(super) fn hold(&self, figure: &str) -> String {
        let each: Vec<String> = self.0.iter().map(|one| format!("{figure} {one}")).collect();
        each.join(" AND ")
    }
}

fn is_empty<N: PartialOrd>(lower: Bound<&N>, upper: Bound<&N>) -> bool {
    match (lower, upper) {
        (Bound::Included(least), Bound::Included(most)) => least > most,
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
        (
            Bound::Included(least) | Bound::Excluded(least),
            Bound::Included(most) | Bound::Excluded(most),
        ) => least >= most,
    }
}

/// A finite number. A float is the shortest decimal number that reads back as it: 0.1 is 0.1.
pub(super) fn literal(number: impl Into<Value>) -> Result<String> {
    match number.into() {
        Value::Int(number) => Ok(number.to_string()),
        Value::Decimal(number) => Ok(number.to_string()),
        Value::Float(number) if number.is_finite() => Ok(format!("{number:?}")),
        Value::Float(number) => Err(Error::contract(format!("{number} is no bound"))),
        _ => Err(Error::contract("a bound is a number")),
    }
}

/// A finite number that is not negative.
pub(super) fn tolerance<N>(number: N) -> Result<String>
where
    N: Clone + Into<Value>,
{
    let literal = literal(number)?;
    match literal.starts_with('-') {
        true => Err(Error::contract(format!("{literal} is no tolerance"))),
        false => Ok(literal),
    }
}

/// A share: 0 to 1.
pub(super) fn share(share: f64, what: &str) -> Result<String> {
    match (0.0..=1.0).contains(&share) {
        true => literal(share.abs()),
        false => Err(Error::contract(format!("{share} is no {what}: 0 to 1 is"))),
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    #[test]
    fn a_range_may_be_open() {
        let within = |limits: Result<Limits>| limits.unwrap().hold("n");
        assert_eq!(within(Limits::of(&(1..))), "n >= 1");
        assert_eq!(within(Limits::of(&(..-0.5))), "n < -0.5");
        assert_eq!(
            within(Limits::of(&(1e-7..1e300))),
            "n >= 1e-7 AND n < 1e300"
        );
        assert_eq!(
            within(Limits::of(&(dec!(-1.50)..=dec!(2)))),
            "n >= -1.50 AND n <= 2"
        );
    }

    #[test]
    #[allow(clippy::reversed_empty_ranges)]
    fn a_range_with_nothing_in_it_is_refused() {
        assert!(Limits::of::<i32>(&(..)).is_err());
        assert!(Limits::of(&(2..=1)).is_err());
        assert!(Limits::of(&(1..1)).is_err());
        assert!(Limits::of(&(Bound::Excluded(1), Bound::Included(1))).is_err());
        assert!(Limits::of(&(1..=1)).is_ok());
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(Limits::of(&(bad..)).is_err());
            assert!(Limits::of(&(..=bad)).is_err());
            assert!(tolerance(bad).is_err());
            assert!(share(bad, "share").is_err());
        }
        assert!(tolerance(-1).is_err());
        assert!(tolerance(dec!(-0.01)).is_err());
        assert!(share(1.01, "share").is_err());
        assert!(share(-0.01, "share").is_err());
        assert_eq!(share(-0.0, "share").unwrap(), "0.0");
    }
}

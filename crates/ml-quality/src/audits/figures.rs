use std::ops::RangeBounds;

use ml_core::{Audit, Dimension, Error, Result, Value};

use super::limits::{Limits, share};
use super::target::{Columns, number};
use crate::{ColumnNames, Number};

/// At most this share of the rows has NULL in the column: 0.05 is 5 %. Named `<column>.null_share`.
///
/// No rows have no share, and pass.
///
/// # Errors
/// [`Contract`](ml_core::Kind::Contract) for any other than one column that can be named in SQL, and for what is no
/// share from 0 to 1.
///
/// ```
/// let audit = ml_quality::audits::null_share("email", 0.05)?;
/// assert_eq!(audit.id, "email.null_share");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn null_share(column: impl ColumnNames, at_most: f64) -> Result<Audit> {
    let (name, column) = Columns::one(column, "a share of NULLs")?;
    let at_most = share(at_most, "share")?;
    let sql = format!(
        "SELECT nulls::numeric / total AS found FROM (SELECT count(*) FILTER (WHERE r.{column} IS NULL) AS nulls, \
         count(*) AS total FROM {{rows}} AS r) AS figure WHERE nulls > {at_most} * total"
    );
    let audit = Audit::new(format!("{name}.null_share"), sql)
        .expecting(format!("a share of NULL of at most {at_most}"))
        .reading([name]);
    Ok(audit.dimension(Dimension::Completeness))
}

/// The column has so many different values. Named `<column>.distinct_count`.
///
/// NULL is not one of them: no rows, or NULL in all of them, are 0 values.
///
/// # Errors
/// [`Contract`](ml_core::Kind::Contract) for any other than one column that can be named in SQL, and for a range
/// without a bound or with nothing in it.
///
/// ```
/// let audit = ml_quality::audits::distinct_count("country", 2..=249)?;
/// assert_eq!(audit.id, "country.distinct_count");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn distinct_count(column: impl ColumnNames, range: impl RangeBounds<i64>) -> Result<Audit> {
    let (name, column) = Columns::one(column, "a number of values")?;
    let figure = format!("count(DISTINCT r.{column})");
    within(name, "distinct_count", &figure, &range)
}

/// The mean of the column's numbers is within the range. Named `<column>.mean`.
///
/// NULLs are left out; no rows, or NULL in all of them, have no mean, and pass. Numbers are taken as `numeric`, floats
/// with the 15 digits that are sure; a mean that is not a number offends.
///
/// # Errors
/// [`Contract`](ml_core::Kind::Contract) for any other than one column that can be named in SQL, and for a range
/// without a bound, with nothing in it or with a bound that is not finite.
///
/// ```
/// let audit = ml_quality::audits::mean("price", 0.5..=20.0)?;
/// assert_eq!(audit.id, "price.mean");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn mean<N: Limit>(column: impl ColumnNames, range: impl RangeBounds<N>) -> Result<Audit> {
    let (name, column) = Columns::one(column, "a mean")?;
    let figure = format!("avg({})", number("r", &column));
    within(name, "mean", &figure, &range)
}

/// The sum of the column's numbers is within the range. Named `<column>.sum`.
///
/// NULLs are left out; no rows, or NULL in all of them, sum to 0. Otherwise as [`mean`].
///
/// # Errors
/// As [`mean`].
///
/// ```
/// let audit = ml_quality::audits::sum("quantity", 1..)?;
/// assert_eq!(audit.id, "quantity.sum");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn sum<N: Limit>(column: impl ColumnNames, range: impl RangeBounds<N>) -> Result<Audit> {
    let (name, column) = Columns::one(column, "a sum")?;
    let figure = format!("coalesce(sum({}), 0)", number("r", &column));
    within(name, "sum", &figure, &range)
}

/// The standard deviation of the column's numbers, as a sample (n − 1), is within the range. Named
/// `<column>.standard_deviation`.
///
/// NULLs are left out; less than two numbers have none, and pass. Otherwise as [`mean`].
///
/// # Errors
/// As [`mean`].
///
/// ```
/// let audit = ml_quality::audits::standard_deviation("price", ..=50)?;
/// assert_eq!(audit.id, "price.standard_deviation");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn standard_deviation<N: Limit>(
    column: impl ColumnNames,
    range: impl RangeBounds<N>,
) -> Result<Audit> {
    let (name, column) = Columns::one(column, "a standard deviation")?;
    let figure = format!("stddev_samp({})", number("r", &column));
    within(name, "standard_deviation", &figure, &range)
}

/// The quantile `q` of the column's numbers is within the range: the smallest number of them that at least the share
/// `q` of them does not exceed, so 0.5 is the (lower) median. Named `<column>.quantile_<q>`.
///
/// NULLs are left out; no rows, or NULL in all of them, have none, and pass. Otherwise as [`mean`].
///
/// # Errors
/// As [`mean`], and when `q` is not from 0 to 1.
///
/// ```
/// let audit = ml_quality::audits::quantile("price", 0.99, ..1_000)?;
/// assert_eq!(audit.id, "price.quantile_0.99");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn quantile<N: Limit>(
    column: impl ColumnNames,
    q: f64,
    range: impl RangeBounds<N>,
) -> Result<Audit> {
    let (name, column) = Columns::one(column, "a quantile")?;
    let q = share(q, "quantile")?;
    let figure = format!(
        "percentile_disc({q}) WITHIN GROUP (ORDER BY {})",
        number("r", &column)
    );
    within(name, &format!("quantile_{q}"), &figure, &range)
}

/// What bounds a figure: `i32`, `i64`, `f64` and `Decimal`.
pub trait Limit: Number + PartialOrd + Clone + Into<Value> {}

impl<N: Number + PartialOrd + Clone + Into<Value>> Limit for N {}

/// NaN is above every number in PostgreSQL, and within no range here.
fn within<N>(name: String, what: &str, figure: &str, range: &impl RangeBounds<N>) -> Result<Audit>
where
    N: PartialOrd + Clone + Into<Value>,
{
    let id = format!("{name}.{what}");
    let limits =
        Limits::of(range).map_err(|error| Error::contract(format!("audit {id}")).because(error))?;
    let sql = format!(
        "SELECT found FROM (SELECT {figure}::numeric AS found FROM {{rows}} AS r) AS figure \
         WHERE NOT ({} AND found <> 'NaN')",
        limits.hold("found")
    );
    let expected = limits.hold(&id);
    let audit = Audit::new(id, sql).expecting(expected).reading([name]);
    Ok(audit.dimension(Dimension::Validity))
}

#[cfg(test)]
#[allow(clippy::reversed_empty_ranges)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_refused() {
        for share in [f64::NAN, f64::INFINITY, -0.1, 1.1] {
            assert!(null_share("a", share).is_err());
            assert!(quantile("a", share, 0..1).is_err());
        }
        assert!(null_share(["a", "b"], 0.1).is_err());
        assert!(distinct_count("a", 2..=1).is_err());
        assert!(distinct_count(Vec::new(), 1..).is_err());
        assert!(mean("a", f64::NAN..).is_err());
        assert!(mean("{rows}", 1..).is_err());
        assert!(sum("a", 1..1).is_err());
        assert!(standard_deviation("", 1..).is_err());
        assert!(quantile("a", 0.5, 1.0..=f64::INFINITY).is_err());
    }
}

use std::ops::{Bound, RangeBounds};

use ml_core::{Audit, Dataset, Dimension, Error, Result};

use super::limits::tolerance as at_most;
use super::target::unmarked;
use crate::literal;

/// The load has so many rows; a range with nothing in it refuses every load. Named `row_count`.
///
/// ```
/// let audit = ml_quality::audits::row_count(1..=1_000);
/// assert_eq!(
///     audit.sql,
///     "SELECT count(*) AS found FROM {rows} AS r HAVING NOT (count(*) >= 1 AND count(*) <= 1000)"
/// );
/// ```
pub fn row_count(range: impl RangeBounds<u64>) -> Audit {
    let lower = match range.start_bound() {
        Bound::Included(rows) => format!("count(*) >= {rows}"),
        Bound::Excluded(rows) => format!("count(*) > {rows}"),
        Bound::Unbounded => String::from("count(*) >= 0"),
    };
    let upper = match range.end_bound() {
        Bound::Included(rows) => format!(" AND count(*) <= {rows}"),
        Bound::Excluded(rows) => format!(" AND count(*) < {rows}"),
        Bound::Unbounded => String::new(),
    };
    let sql = format!("SELECT count(*) AS found FROM {{rows}} AS r HAVING NOT ({lower}{upper})");
    Audit::new("row_count", sql)
        .dimension(Dimension::Completeness)
        .expecting(format!("{lower}{upper}"))
}

/// The load has about as many rows as the last ones of the dataset: no further from the mean of what the last
/// `loads` applied loads accepted than `tolerance` times that mean, so 0.2 is ±20 %. Named `row_count_like_last`.
///
/// The ledger says what they accepted; the last ones are those with the highest ids, unloaded and refused ones are
/// none of them. The first load of a dataset passes. After empty loads only an empty one passes.
///
/// # Errors
/// [`Contract`](ml_core::Kind::Contract) when there are no loads to compare with, or the tolerance is negative or
/// not finite.
///
/// ```
/// let sales = ml_core::Dataset::of("bronze", "sales");
/// let audit = ml_quality::audits::row_count_like_last(&sales, 7, 0.5)?;
/// assert_eq!(audit.id, "row_count_like_last");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn row_count_like_last(dataset: &Dataset, loads: u32, tolerance: f64) -> Result<Audit> {
    if loads == 0 {
        return Err(Error::contract(
            "a load is like the last one or more, not 0",
        ));
    }
    let tolerance = at_most(tolerance)?;
    let dataset = literal::quoted(&dataset.to_string()).map_err(Error::contract)?;
    let dataset = unmarked(dataset)?;
    let sql = format!(
        "SELECT found, usual FROM (SELECT count(*) AS found FROM {{rows}} AS r) AS this \
         CROSS JOIN (SELECT avg(rows_accepted) AS usual FROM (SELECT l.rows_accepted FROM meta.load AS l \
         WHERE l.dataset = {dataset} AND l.state = 'applied' ORDER BY l.load_id DESC LIMIT {loads}) AS last) AS before \
         WHERE abs(found - usual) > {tolerance} * usual"
    );
    let expected =
        format!("as many rows as the last {loads} loads, give or take {tolerance} of their mean");
    let audit = Audit::new("row_count_like_last", sql).expecting(expected);
    Ok(audit.dimension(Dimension::Completeness))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_may_be_open() {
        assert!(row_count(5..).sql.ends_with("HAVING NOT (count(*) >= 5)"));
        assert!(
            row_count(..9)
                .sql
                .ends_with("HAVING NOT (count(*) >= 0 AND count(*) < 9)")
        );
    }

    #[test]
    fn what_says_nothing_is_refused() {
        let like = |dataset, loads, tolerance| {
            row_count_like_last(&Dataset::of("bronze", dataset), loads, tolerance)
        };
        assert!(like("x", 0, 0.1).is_err());
        assert!(like("x", 1, f64::NAN).is_err());
        assert!(like("x", 1, -0.1).is_err());
        assert!(like("{rows}", 1, 0.1).is_err());
        assert!(like("it's", 1, 0.1).unwrap().sql.contains("'bronze.it''s'"));
    }
}

use chrono::Duration;
use ml_core::{Audit, Dimension, Error, Result};

use super::target::{Columns, number};
use crate::ColumnNames;

/// Beyond this PostgreSQL would soon leave the range of its timestamps.
const OLDEST: Duration = Duration::days(1_000 * 365);

/// The column's newest value is not older than this, by the server's clock when the audit runs. Named
/// `<column>.freshness`.
///
/// A date is its midnight; dates and timestamps without a zone are read in the session's, which is UTC on connections
/// of ours. What lies in the future is not old. NULLs are left out; no rows, or NULL in all of them, pass.
///
/// # Errors
/// [`Contract`](ml_core::Kind::Contract) for any other than one column that can be named in SQL, and for a duration
/// that is negative or above a thousand years.
///
/// ```
/// let audit = ml_quality::audits::freshness("ordered_at", chrono::Duration::hours(36))?;
/// assert_eq!(audit.id, "ordered_at.freshness");
/// assert!(audit.sql.contains("'36:00:00.000000'::interval"));
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn freshness(column: impl ColumnNames, at_most: Duration) -> Result<Audit> {
    let (name, column) = Columns::one(column, "freshness")?;
    if at_most < Duration::zero() || at_most > OLDEST {
        return Err(Error::contract(format!(
            "{at_most} is no age: 0 to 1,000 years is"
        )));
    }
    let age = format!(
        "{:02}:{:02}:{:02}.{:06}",
        at_most.num_hours(),
        at_most.num_minutes() % 60,
        at_most.num_seconds() % 60,
        at_most.subsec_nanos() / 1_000
    );
    let sql = format!(
        "SELECT found FROM (SELECT max(r.{column}) AS found FROM {{rows}} AS r) AS newest \
         WHERE found < statement_timestamp() - '{age}'::interval"
    );
    let audit = Audit::new(format!("{name}.freshness"), sql)
        .expecting(format!("a newest value at most {age} old"))
        .reading([name]);
    Ok(audit.dimension(Dimension::Timeliness))
}

/// The column's whole numbers follow one another without a gap, in any order of the rows. Named `<column>.no_gaps`.
///
/// Each gap offends once, however wide, with the numbers before and after it; so does what lies between two whole
/// numbers. A number may come twice ([`unique`](super::unique) is for that). NULLs are left out; no rows, or NULL
/// in all of them, pass.
///
/// # Errors
/// [`Contract`](ml_core::Kind::Contract) for any other than one column that can be named in SQL.
///
/// ```
/// let audit = ml_quality::audits::no_gaps("receipt_no")?;
/// assert_eq!(audit.id, "receipt_no.no_gaps");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn no_gaps(column: impl ColumnNames) -> Result<Audit> {
    let (name, column) = Columns::one(column, "an audit of gaps")?;
    let number = number("r", &column);
    let sql = format!(
        "SELECT before, after FROM (SELECT number AS before, lead(number) OVER (ORDER BY number) AS after \
         FROM (SELECT DISTINCT {number} AS number FROM {{rows}} AS r WHERE r.{column} IS NOT NULL) AS numbers) \
         AS steps WHERE after <> before + 1"
    );
    let audit = Audit::new(format!("{name}.no_gaps"), sql)
        .expecting("whole numbers without a gap")
        .reading([name]);
    Ok(audit.dimension(Dimension::Completeness))
}

/// Of the rows with the same key, no two hold at the same time: each from `from` on and until just before `to`. Named
/// `<key>.interval_overlap`.
///
/// A row offends that begins while one that began before it still holds; of rows that begin together, the one that
/// ends first came first, then the one with the smaller load and record. NULL in `from` or `to` is open on that
/// side. Rows with NULL in the key are not judged, nor those that do not end after they begin, which hold nothing
/// (a rule about records is for that). No rows pass.
///
/// # Errors
/// [`Contract`](ml_core::Kind::Contract) when the key has no columns, `from` or `to` has not one, or one cannot be
/// named in SQL.
///
/// ```
/// let audit = ml_quality::audits::interval_overlap("room", "arrival", "departure")?;
/// assert_eq!(audit.id, "room.interval_overlap");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn interval_overlap(
    key: impl ColumnNames,
    from: impl ColumnNames,
    to: impl ColumnNames,
) -> Result<Audit> {
    let key = Columns::of(key, "an audit of intervals")?;
    let (begin, from) = Columns::one(from, "the beginning of an interval")?;
    let (end, to) = Columns::one(to, "the end of an interval")?;
    let sql = format!(
        r#"SELECT "_load_id", "_record_no" FROM (
            SELECT r."_load_id", r."_record_no", r.{from} AS begins, count(*) OVER earlier AS before,
                bool_or(r.{to} IS NULL) OVER earlier AS open, max(r.{to}) OVER earlier AS until
            FROM {{rows}} AS r WHERE {known} AND coalesce(r.{from} < r.{to}, true)
            WINDOW earlier AS (PARTITION BY {key} ORDER BY r.{from} NULLS FIRST, r.{to}, r."_load_id", r."_record_no"
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS spans
        WHERE before > 0 AND (begins IS NULL OR open OR until > begins)"#,
        known = key.known(),
        key = key.list(),
    );
    let expected = format!("no other row for the same {} at the same time", key.words());
    let audit =
        Audit::of_rows(format!("{}.interval_overlap", key.title()), sql).expecting(expected);
    Ok(audit.reading(key.names()).reading([begin, end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_has_a_range() {
        assert!(freshness("a", Duration::seconds(-1)).is_err());
        assert!(freshness("a", Duration::MAX).is_err());
        let sql = freshness("a", Duration::microseconds(90_061_000_001))
            .unwrap()
            .sql;
        assert!(sql.contains("'25:01:01.000001'"), "{sql}");
    }

    #[test]
    fn what_says_nothing_is_refused() {
        assert!(freshness(["a", "b"], Duration::zero()).is_err());
        assert!(no_gaps(Vec::new()).is_err());
        assert!(interval_overlap(Vec::new(), "a", "b").is_err());
        assert!(interval_overlap("k", ["a", "b"], "b").is_err());
        assert!(interval_overlap("k", "a", "").is_err());
    }
}

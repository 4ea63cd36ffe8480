use std::fmt;
use std::ops::{Bound, RangeBounds};

use chrono::{DateTime, SecondsFormat, Utc};
use ml_core::LoadId;

/// Which loads of a source a [`backfill`](crate::Increment::backfill) takes in again: those with a number in a range,
/// those that ended in a range of time, or, where both are given, those in both.
///
/// ```
/// use ml_core::LoadId;
/// use ml_pg::Span;
///
/// assert_eq!(Span::loads(LoadId(3)..=LoadId(9)).to_string(), "loads 3 to 9");
/// let march = "2024-03-01T00:00:00Z".parse()?;
/// let april = "2024-04-01T00:00:00Z".parse()?;
/// assert_eq!(
///     Span::since(march).until(april).to_string(),
///     "loads since 2024-03-01T00:00:00Z until 2024-04-01T00:00:00Z",
/// );
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    first: i64,
    last: i64,
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
}

impl Span {
    const ALL: Span = Span {
        first: i64::MIN,
        last: i64::MAX,
        since: None,
        until: None,
    };

    /// Every load there is.
    pub fn all() -> Self {
        Span::ALL
    }

    /// The loads with these numbers.
    pub fn loads(numbers: impl RangeBounds<LoadId>) -> Self {
        let first = match numbers.start_bound() {
            Bound::Included(first) => first.0,
            Bound::Excluded(before) => before.0.saturating_add(1),
            Bound::Unbounded => i64::MIN,
        };
        let last = match numbers.end_bound() {
            Bound::Included(last) => last.0,
            Bound::Excluded(after) => after.0.saturating_sub(1),
            Bound::Unbounded => i64::MAX,
        };
        Span {
            first,
            last,
            ..Span::ALL
        }
    }

    /// The loads that ended at an instant or later, by the clock of the server.
    pub fn since(instant: DateTime<Utc>) -> Self {
        Span {
            since: Some(instant),
            ..Span::ALL
        }
    }

    /// Those of the same loads that ended before an instant.
    pub fn until(mut self, instant: DateTime<Utc>) -> Self {
        self.until = Some(instant);
        self
    }

    pub(crate) fn is_all(&self) -> bool {
        *self == Span::ALL
    }

    /// The smallest and the greatest number.
    pub(crate) fn numbers(&self) -> (i64, i64) {
        (self.first, self.last)
    }

    /// From when on, and before when.
    pub(crate) fn times(&self) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        (self.since, self.until)
    }
}

/// In words for the ledger.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("all loads");
        }
        f.write_str("loads")?;
        match (self.first, self.last) {
            (i64::MIN, i64::MAX) => {}
            (first, i64::MAX) => write!(f, " from {first}")?,
            (i64::MIN, last) => write!(f, " to {last}")?,
            (first, last) if first == last => write!(f, " {first}")?,
            (first, last) => write!(f, " {first} to {last}")?,
        }
        for (word, instant) in [("since", self.since), ("until", self.until)] {
            if let Some(instant) = instant {
                let instant = instant.to_rfc3339_opts(SecondsFormat::AutoSi, true);
                write!(f, " {word} {instant}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_the_range() {
        let numbers = |span: Span| span.numbers();
        assert_eq!(numbers(Span::loads(LoadId(3)..LoadId(9))), (3, 8));
        assert_eq!(numbers(Span::loads(..=LoadId(9))), (i64::MIN, 9));
        assert_eq!(numbers(Span::loads(LoadId(3)..)), (3, i64::MAX));
        assert!(Span::loads(..).is_all());
    }

    #[test]
    fn the_ledger_reads_it() {
        let words = |span: Span| span.to_string();
        assert_eq!(words(Span::all()), "all loads");
        assert_eq!(words(Span::loads(LoadId(3)..=LoadId(3))), "loads 3");
        assert_eq!(words(Span::loads(LoadId(3)..)), "loads from 3");
        assert_eq!(words(Span::loads(..LoadId(3))), "loads to 2");
    }
}

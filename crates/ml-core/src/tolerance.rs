use serde::{Deserialize, Serialize};

/// How often a rule may be violated before the load is refused: a share of the records read, and a number.
///
/// Both hold. A share that is not a number tolerates nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tolerance {
    /// Highest share of the records read, from 0 to 1; more violations than records are a share of 1.
    pub share: f64,
    /// Highest number of violations.
    pub records: u64,
}

impl Tolerance {
    /// Not one violation.
    pub const NONE: Tolerance = Tolerance {
        share: 0.0,
        records: 0,
    };

    /// At most this share of the records read, from 0 to 1, whatever their number.
    pub const fn share(share: f64) -> Self {
        Tolerance {
            share,
            records: u64::MAX,
        }
    }

    /// At most so many violations, whatever their share.
    pub const fn records(records: u64) -> Self {
        Tolerance {
            share: 1.0,
            records,
        }
    }

    /// What both tolerate.
    pub fn stricter(self, other: Self) -> Self {
        Tolerance {
            share: self.share.min(other.share),
            records: self.records.min(other.records),
        }
    }

    /// What was found and what is allowed, where so many violations among so many records are too many.
    pub(crate) fn exceeded(&self, violations: u64, read: u64) -> Option<String> {
        if violations > self.records {
            let allowed = match self.records {
                0 => String::from("none"),
                records => format!("at most {records}"),
            };
            return Some(format!("{violations} violations, {allowed} allowed"));
        }
        let share = match (violations, read) {
            (0, _) => return None,
            (_, 0) => 1.0,
            (violations, read) => violations.min(read) as f64 / read as f64,
        };
        let within = share <= self.share;
        (!within).then(|| {
            let (found, allowed) = (share * 100.0, percent(self.share));
            format!("{violations} violations in {read} records ({found:.2} %), at most {allowed} % allowed")
        })
    }
}

/// A share in percent, as it would be written by hand: 0.07 is 7 and not 7.000000000000001.
pub(crate) fn percent(share: f64) -> f64 {
    (share * 1e8).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_themselves_are_tolerated() {
        let found = |tolerance: Tolerance, violations, read| tolerance.exceeded(violations, read);
        assert_eq!(found(Tolerance::records(3), 3, 3), None);
        assert_eq!(found(Tolerance::records(3), 3, 0), None);
        assert_eq!(
            found(Tolerance::records(3), 4, 9).as_deref(),
            Some("4 violations, at most 3 allowed")
        );
        assert_eq!(found(Tolerance::share(0.07), 7, 100), None);
        assert_eq!(
            found(Tolerance::share(0.07), 8, 100).as_deref(),
            Some("8 violations in 100 records (8.00 %), at most 7 % allowed")
        );
        assert_eq!(found(Tolerance::NONE, 0, 0), None);
        assert_eq!(
            found(Tolerance::NONE, 1, 9).as_deref(),
            Some("1 violations, none allowed")
        );
    }

    #[test]
    fn a_share_of_nothing_and_no_share_at_all_tolerate_nothing() {
        assert!(Tolerance::share(0.99).exceeded(1, 0).is_some());
        assert!(Tolerance::share(f64::NAN).exceeded(1, 100).is_some());
        assert!(Tolerance::share(0.0).exceeded(1, u64::MAX).is_some());
        assert!(Tolerance::share(1.0).exceeded(9, 3).is_none());
    }

    #[test]
    fn of_two_the_stricter_holds_in_both_ways() {
        let one = Tolerance {
            share: 0.5,
            records: 3,
        };
        let other = Tolerance {
            share: 0.1,
            records: 9,
        };
        let both = Tolerance {
            share: 0.1,
            records: 3,
        };
        assert_eq!(one.stricter(other), both);
        assert_eq!(other.stricter(one), both);
        assert_eq!(one.stricter(Tolerance::NONE), Tolerance::NONE);
    }

    #[test]
    fn what_was_found_is_told_as_it_would_be_written_by_hand() {
        let told = |share, violations| Tolerance::share(share).exceeded(violations, 200).unwrap();
        assert_eq!(
            told(0.07, 29),
            "29 violations in 200 records (14.50 %), at most 7 % allowed"
        );
        assert_eq!(
            told(0.000_125, 1),
            "1 violations in 200 records (0.50 %), at most 0.0125 % allowed"
        );
    }
}

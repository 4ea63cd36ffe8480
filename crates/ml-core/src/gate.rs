use serde::{Deserialize, Serialize};

use crate::{Action, Scorecard};

/// How much a load may lose before it is refused: a share of the records read, and a number of records.
///
/// Only quarantined records count; what was dropped for a stated reason does not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// Highest share of records held back, from 0 to 1.
    pub share: f64,
    /// Highest number of records held back.
    pub records: u64,
}

/// What is to become of a load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Its rows are to be seen.
    Applied,
    /// Its rows are not to be seen, for this reason.
    Refused(String),
}

/// 5 % and 1,000 records.
impl Default for Gate {
    fn default() -> Self {
        Gate {
            share: 0.05,
            records: 1_000,
        }
    }
}

impl Gate {
    /// No limit; rules with [`Action::Abort`] still refuse a load.
    pub const fn off() -> Self {
        Gate {
            share: 1.0,
            records: u64::MAX,
        }
    }

    /// The verdict on a whole load.
    pub fn verdict(&self, card: &Scorecard) -> Verdict {
        if let Some((rule, count)) = aborted(card) {
            return Verdict::Refused(format!("rule {rule} aborts: {count} violations"));
        }
        let held = card.quarantined;
        if held > self.records {
            return Verdict::Refused(format!(
                "{held} records quarantined, at most {} allowed",
                self.records
            ));
        }
        if card.lost() > self.share {
            let (lost, share) = (card.lost() * 100.0, self.share * 100.0);
            return Verdict::Refused(format!(
                "{held} of {} records quarantined ({lost:.2} %), at most {share} % allowed",
                card.read
            ));
        }
        Verdict::Applied
    }

    /// Whether the load is lost whatever follows.
    pub fn is_doomed(&self, card: &Scorecard) -> bool {
        card.quarantined > self.records || aborted(card).is_some()
    }
}

fn aborted(card: &Scorecard) -> Option<(&str, u64)> {
    let mut rules = card.rules.iter();
    rules
        .find(|(_, count)| count.action == Action::Abort && count.violations > 0)
        .map(|(rule, count)| (rule.as_str(), count.violations))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RuleCount;

    fn card(read: u64, quarantined: u64) -> Scorecard {
        Scorecard {
            read,
            accepted: read - quarantined,
            quarantined,
            ..Scorecard::default()
        }
    }

    #[test]
    fn the_limits_themselves_are_allowed() {
        let gate = Gate::default();
        assert_eq!(gate.verdict(&card(0, 0)), Verdict::Applied);
        assert_eq!(gate.verdict(&card(100, 5)), Verdict::Applied);
        assert_eq!(gate.verdict(&card(1_000_000, 1_000)), Verdict::Applied);
        assert!(gate.is_doomed(&card(1_001, 1_001)));
        assert_eq!(
            gate.verdict(&card(100, 6)),
            Verdict::Refused("6 of 100 records quarantined (6.00 %), at most 5 % allowed".into())
        );
        assert_eq!(
            gate.verdict(&card(1_000_000, 1_001)),
            Verdict::Refused("1001 records quarantined, at most 1000 allowed".into())
        );
    }

    #[test]
    fn abort_refuses_even_when_the_gate_is_off() {
        let mut one = card(10, 1);
        let count = RuleCount::of(Action::Abort).violations(1);
        one.declare("id.unique", count);
        assert!(Gate::off().is_doomed(&one));
        assert_eq!(Gate::off().verdict(&card(10, 10)), Verdict::Applied);
        assert!(
            matches!(Gate::off().verdict(&one), Verdict::Refused(why) if why.contains("id.unique"))
        );
    }
}

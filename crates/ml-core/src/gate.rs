use serde::{Deserialize, Serialize};

use crate::tolerance::percent;
use crate::{Action, Scorecard};

/// How much a load may lose before it is refused: a share of the records read, and a number of records.
///
/// Only quarantined records count; what was dropped for a stated reason does not. Beside it each rule may have a
/// [`Tolerance`](crate::Tolerance) of its own, which the scorecard brings along.
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
    /// No limit; rules that abort and rules with a tolerance still refuse a load.
    pub const fn off() -> Self {
        Gate {
            share: 1.0,
            records: u64::MAX,
        }
    }

    /// The verdict on a whole load.
    pub fn verdict(&self, card: &Scorecard) -> Verdict {
        if let Some(why) = exceeded(card) {
            return Verdict::Refused(why);
        }
        let held = card.quarantined;
        if held > self.records {
            return Verdict::Refused(format!(
                "{held} records quarantined, at most {} allowed",
                self.records
            ));
        }
        if card.lost() > self.share {
            let (lost, share) = (card.lost() * 100.0, percent(self.share));
            return Verdict::Refused(format!(
                "{held} of {} records quarantined ({lost:.2} %), at most {share} % allowed",
                card.read
            ));
        }
        Verdict::Applied
    }

    /// Whether the load is lost whatever follows: shares can still get better, counts cannot.
    pub fn is_doomed(&self, card: &Scorecard) -> bool {
        card.quarantined > self.records || has_too_many(card)
    }
}

/// The first rule by name that is violated more often than it may be.
fn exceeded(card: &Scorecard) -> Option<String> {
    card.rules.iter().find_map(|(rule, count)| {
        let why = count.allowed()?.exceeded(count.violations, card.read)?;
        let aborts = match count.action {
            Action::Abort => " aborts",
            Action::Warn | Action::Quarantine => "",
        };
        Some(format!("rule {rule}{aborts}: {why}"))
    })
}

fn has_too_many(card: &Scorecard) -> bool {
    card.rules.values().any(|count| {
        let allowed = count.allowed();
        allowed.is_some_and(|allowed| count.violations > allowed.records)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RuleCount, Tolerance};

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

    #[test]
    fn a_rule_beyond_its_own_tolerance_refuses_even_when_the_gate_is_off() {
        let refused = |action, tolerance, violations| {
            let mut card = card(100, 0);
            let count = RuleCount::of(action).tolerance(tolerance);
            card.declare("n.range", count);
            card.count(
                "n.range".into(),
                RuleCount::of(action).violations(violations),
            );
            (Gate::off().verdict(&card), Gate::off().is_doomed(&card))
        };
        let two = Some(Tolerance::records(2));
        for action in [Action::Warn, Action::Quarantine, Action::Abort] {
            assert_eq!(refused(action, two, 2), (Verdict::Applied, false));
            let (verdict, doomed) = refused(action, two, 3);
            assert!(doomed);
            let Verdict::Refused(why) = verdict else {
                panic!("{action} is to be refused")
            };
            assert!(
                why.ends_with(": 3 violations, at most 2 allowed")
                    && why.starts_with("rule n.range"),
                "{why}"
            );
        }
        let (verdict, doomed) = refused(Action::Warn, Some(Tolerance::share(0.02)), 3);
        let why = "rule n.range: 3 violations in 100 records (3.00 %), at most 2 % allowed";
        assert_eq!((verdict, doomed), (Verdict::Refused(why.into()), false));
    }

    #[test]
    fn an_abort_that_tolerates_nothing_is_not_softened_by_another_of_its_name() {
        let abort = RuleCount::of(Action::Abort);
        let mut card = card(100, 0);
        card.declare("n.range", abort);
        card.declare("n.range", abort.tolerance(Some(Tolerance::records(9))));
        card.count("n.range".into(), abort.violations(1));
        assert!(Gate::off().is_doomed(&card));
    }
}

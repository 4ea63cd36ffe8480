use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::Action;

/// What became of the records of a chunk, a load or a run; the counts are exact.
///
/// `read = accepted + quarantined + Σ dropped` always holds. Adding is associative and commutative, so the
/// cards of chunks can be summed in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scorecard {
    /// Records read.
    pub read: u64,
    /// Records that went on.
    pub accepted: u64,
    /// Records held back for their quality.
    pub quarantined: u64,
    /// Records left out for a stated reason that is not a lack of quality, by reason.
    pub dropped: BTreeMap<String, u64>,
    /// How often each rule was violated; a rule that never was is here with 0.
    pub rules: BTreeMap<String, RuleCount>,
}

/// How often a rule was violated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCount {
    /// What the rule does.
    pub action: Action,
    /// How many violations were found.
    pub violations: u64,
}

impl Scorecard {
    /// All records dropped, whatever the reason.
    pub fn dropped(&self) -> u64 {
        self.dropped.values().sum()
    }

    /// Whether every record read is accounted for.
    pub fn is_conserved(&self) -> bool {
        self.read == self.accepted + self.quarantined + self.dropped()
    }

    /// The share of records read that were held back, from 0 to 1.
    pub fn lost(&self) -> f64 {
        if self.read == 0 {
            return 0.0;
        }
        self.quarantined as f64 / self.read as f64
    }

    /// Names a rule, so that it is there even when it is never violated.
    pub fn declare(&mut self, rule: impl Into<String>, action: Action) {
        self.count(rule.into(), action, 0);
    }

    /// Moves `count` records that had been accepted to those dropped for `reason`.
    pub fn redrop(&mut self, reason: impl Into<String>, count: u64) {
        if count > 0 {
            self.accepted -= count;
            *self.dropped.entry(reason.into()).or_default() += count;
        }
    }

    pub(crate) fn count(&mut self, rule: String, action: Action, violations: u64) {
        let known = self.rules.entry(rule).or_insert(RuleCount {
            action,
            violations: 0,
        });
        known.action = known.action.max(action);
        known.violations += violations;
    }
}

impl AddAssign<&Scorecard> for Scorecard {
    fn add_assign(&mut self, other: &Scorecard) {
        self.read += other.read;
        self.accepted += other.accepted;
        self.quarantined += other.quarantined;
        for (reason, count) in &other.dropped {
            *self.dropped.entry(reason.clone()).or_default() += count;
        }
        for (rule, count) in &other.rules {
            self.count(rule.clone(), count.action, count.violations);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn card() -> impl Strategy<Value = Scorecard> {
        let action = prop_oneof![
            Just(Action::Warn),
            Just(Action::Quarantine),
            Just(Action::Abort)
        ];
        let rule =
            (action, 0..9u64).prop_map(|(action, violations)| RuleCount { action, violations });
        let rules = prop::collection::btree_map("[a-c]", rule, 0..3);
        let dropped = prop::collection::btree_map("[a-c]", 0..9u64, 0..3);
        (0..9u64, 0..9u64, dropped, rules).prop_map(|(accepted, quarantined, dropped, rules)| {
            Scorecard {
                read: accepted + quarantined + dropped.values().sum::<u64>(),
                accepted,
                quarantined,
                dropped,
                rules,
            }
        })
    }

    fn sum(cards: &[Scorecard]) -> Scorecard {
        let mut total = Scorecard::default();
        cards.iter().for_each(|card| total += card);
        total
    }

    proptest! {
        /// Law: order. Cards merge in any order and any grouping, and stay conserved.
        #[test]
        fn merge_in_any_order((cards, shuffled) in prop::collection::vec(card(), 0..8)
            .prop_flat_map(|cards| (Just(cards.clone()), Just(cards).prop_shuffle())), cut in 0..8usize)
        {
            let total = sum(&cards);
            prop_assert!(total.is_conserved());
            prop_assert_eq!(&sum(&shuffled), &total);
            let (left, right) = cards.split_at(cut.min(cards.len()));
            prop_assert_eq!(sum(&[sum(left), sum(right)]), total);
        }
    }
}

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::{Dimension, RuleCount};

/// What became of the records of a chunk, a load or a run; the counts are exact.
///
/// `read = accepted + quarantined + Σ dropped` always holds. Adding is associative and commutative, so the
/// cards of chunks can be summed in any order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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

    /// The mean, over the rules about `dimension`, of the share of records that they have nothing against: from 0 to 1.
    ///
    /// `None` where no rule is about it, or nothing was read. A rule that finds more than there are records has
    /// something against each.
    pub fn score(&self, dimension: Dimension) -> Option<f64> {
        let about = |count: &&RuleCount| count.dimension == dimension;
        let rules = self.rules.values().filter(about);
        let passed: Vec<f64> = rules.map(|count| count.passed(self.read)).collect();
        let scored = self.read > 0 && !passed.is_empty();
        scored.then(|| passed.iter().sum::<f64>() / passed.len() as f64)
    }

    /// Names a rule, so that it is there even when it is never violated, with everything that is known of it.
    ///
    /// A violation is counted without its rule's tolerance, so what is said here holds for all of them; an abort that
    /// tolerates nothing says so, and another rule of its name cannot change it.
    pub fn declare(&mut self, rule: impl Into<String>, count: RuleCount) {
        self.count(rule.into(), count.tolerance(count.allowed()));
    }

    /// Moves `count` records that had been accepted to those held back.
    pub fn hold(&mut self, count: u64) {
        let moved = count.min(self.accepted);
        self.accepted -= moved;
        self.quarantined += moved;
    }

    /// Moves `count` records that had been accepted to those dropped for `reason`.
    pub fn redrop(&mut self, reason: impl Into<String>, count: u64) {
        if count > 0 {
            self.accepted -= count;
            *self.dropped.entry(reason.into()).or_default() += count;
        }
    }

    pub(crate) fn count(&mut self, rule: String, count: RuleCount) {
        let known = self.rules.entry(rule);
        known.and_modify(|known| *known += count).or_insert(count);
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
            self.count(rule.clone(), *count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Action, Tolerance};
    use proptest::prelude::*;

    fn card() -> impl Strategy<Value = Scorecard> {
        let action = prop::sample::select(&[Action::Warn, Action::Quarantine, Action::Abort]);
        let dimension = prop::sample::select(&Dimension::ALL);
        let tolerance = (0..3u8, 0..9u64).prop_map(|(share, records)| Tolerance {
            share: f64::from(share) / 3.0,
            records,
        });
        let rule = (action, dimension, prop::option::of(tolerance), 0..9u64).prop_map(
            |(action, dimension, tolerance, violations)| RuleCount {
                action,
                dimension,
                tolerance,
                violations,
            },
        );
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

    #[test]
    fn a_score_is_the_mean_over_the_rules_of_a_dimension() {
        let of = |dimension, violations| {
            RuleCount::of(Action::Warn)
                .dimension(dimension)
                .violations(violations)
        };
        let mut card = Scorecard::default();
        card.declare("a.not_null", of(Dimension::Completeness, 1));
        card.declare("b.not_null", of(Dimension::Completeness, 0));
        card.declare("n.no_gaps", of(Dimension::Completeness, 99));
        card.declare("id.unique", of(Dimension::Uniqueness, 3));
        assert_eq!(card.score(Dimension::Uniqueness), None, "nothing was read");
        card.read = 4;
        assert_eq!(card.score(Dimension::Uniqueness), Some(0.25));
        let mean = (0.75 + 1.0 + 0.0) / 3.0;
        assert_eq!(card.score(Dimension::Completeness), Some(mean));
        assert_eq!(card.score(Dimension::Accuracy), None, "no rule is about it");
    }

    #[test]
    fn what_is_moved_stays_accounted_for() {
        let mut card = Scorecard {
            read: 10,
            accepted: 8,
            quarantined: 2,
            ..Scorecard::default()
        };
        assert_eq!(card.lost(), 0.2);
        card.redrop("later", 0);
        assert!(card.dropped.is_empty(), "no reason without a record");
        card.redrop("later", 2);
        card.redrop("later", 1);
        assert_eq!(
            (card.accepted, card.dropped(), card.dropped["later"]),
            (5, 3, 3)
        );
        card.hold(4);
        assert_eq!((card.accepted, card.quarantined), (1, 6));
        assert!(card.is_conserved());
        card.hold(9);
        assert_eq!(
            (card.accepted, card.quarantined),
            (0, 7),
            "no more than there are"
        );
        assert!(card.is_conserved());
    }

    #[test]
    fn a_record_that_went_nowhere_is_found() {
        let card = |read| Scorecard {
            read,
            accepted: 3,
            quarantined: 2,
            dropped: BTreeMap::from([("odd".into(), 4), ("old".into(), 5)]),
            ..Scorecard::default()
        };
        assert!(card(14).is_conserved());
        assert!(!card(13).is_conserved() && !card(15).is_conserved());
        assert_eq!(card(14).dropped(), 9);
        assert_eq!(
            Scorecard::default().lost(),
            0.0,
            "of nothing nothing is lost"
        );
    }

    #[test]
    fn a_sum_has_the_counts_of_all() {
        let card = |n: u64| Scorecard {
            read: 10 * n,
            accepted: 5 * n,
            quarantined: 2 * n,
            dropped: BTreeMap::from([("odd".into(), 3 * n)]),
            rules: BTreeMap::from([(
                "n.range".into(),
                RuleCount::of(Action::Warn).violations(4 * n),
            )]),
        };
        assert_eq!(sum(&[card(1), card(2), card(3)]), card(6));
    }
}

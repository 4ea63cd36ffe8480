use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::{Action, Dimension, Tolerance};

/// What a rule is and how often it was violated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RuleCount {
    /// What the rule does.
    pub action: Action,
    /// What the rule is about.
    #[serde(default)]
    pub dimension: Dimension,
    /// How often it may be violated; where nothing is said an [`Action::Abort`] may never be, and others always.
    #[serde(default)]
    pub tolerance: Option<Tolerance>,
    /// How many violations were found.
    pub violations: u64,
}

impl RuleCount {
    /// A rule that was not violated, and is about validity.
    pub const fn of(action: Action) -> Self {
        RuleCount {
            action,
            dimension: Dimension::Validity,
            tolerance: None,
            violations: 0,
        }
    }

    /// The same count of a rule about something else.
    pub const fn dimension(self, dimension: Dimension) -> Self {
        RuleCount { dimension, ..self }
    }

    /// The same count of a rule with this tolerance, or with none of its own.
    pub const fn tolerance(self, tolerance: Option<Tolerance>) -> Self {
        RuleCount { tolerance, ..self }
    }

    /// The same rule, violated so often.
    pub const fn violations(self, violations: u64) -> Self {
        RuleCount { violations, ..self }
    }

    /// How often the rule may be violated; `None` where that alone refuses no load.
    pub fn allowed(&self) -> Option<Tolerance> {
        let aborts = self.action == Action::Abort;
        self.tolerance.or(aborts.then_some(Tolerance::NONE))
    }

    /// The share of records that the rule has nothing against, from 0 to 1.
    pub(crate) fn passed(&self, read: u64) -> f64 {
        1.0 - self.violations.min(read) as f64 / read as f64
    }
}

impl From<Action> for RuleCount {
    fn from(action: Action) -> Self {
        RuleCount::of(action)
    }
}

/// The stricter action wins, and the stricter tolerance; of two dimensions the one that was said.
impl AddAssign for RuleCount {
    fn add_assign(&mut self, other: Self) {
        self.action = self.action.max(other.action);
        self.dimension = self.dimension.or(other.dimension);
        self.tolerance = match (self.tolerance, other.tolerance) {
            (Some(one), Some(other)) => Some(one.stricter(other)),
            (one, other) => one.or(other),
        };
        self.violations += other.violations;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_all_that_need_be_said() {
        let count = RuleCount::from(Action::Quarantine);
        assert_eq!(count, RuleCount::of(Action::Quarantine));
        assert_eq!((count.action, count.violations), (Action::Quarantine, 0));
        assert_eq!(
            (count.dimension, count.tolerance),
            (Dimension::Validity, None)
        );
    }

    #[test]
    fn where_nothing_is_said_only_an_abort_tolerates_nothing() {
        assert_eq!(RuleCount::of(Action::Warn).allowed(), None);
        assert_eq!(RuleCount::of(Action::Quarantine).allowed(), None);
        assert_eq!(
            RuleCount::of(Action::Abort).allowed(),
            Some(Tolerance::NONE)
        );
        let some = Some(Tolerance::records(3));
        assert_eq!(RuleCount::of(Action::Abort).tolerance(some).allowed(), some);
        assert_eq!(RuleCount::of(Action::Warn).tolerance(some).allowed(), some);
    }

    #[test]
    fn a_rule_found_more_often_than_there_are_records_passed_none() {
        let passed = |violations, read| {
            RuleCount::of(Action::Warn)
                .violations(violations)
                .passed(read)
        };
        assert_eq!(passed(0, 4), 1.0);
        assert_eq!(passed(1, 4), 0.75);
        assert_eq!(passed(4, 4), 0.0);
        assert_eq!(passed(9, 4), 0.0);
    }

    #[test]
    fn of_two_counts_of_one_rule_the_stricter_is_kept_and_violations_add_up() {
        let (two, three) = (Tolerance::records(2), Tolerance::records(3));
        let mut count = RuleCount::of(Action::Warn)
            .tolerance(Some(three))
            .violations(5);
        count += RuleCount::of(Action::Abort)
            .dimension(Dimension::Accuracy)
            .tolerance(Some(two))
            .violations(7);
        count += RuleCount::of(Action::Quarantine);
        assert_eq!(
            count,
            RuleCount {
                action: Action::Abort,
                dimension: Dimension::Accuracy,
                tolerance: Some(two),
                violations: 12,
            }
        );
    }
}

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

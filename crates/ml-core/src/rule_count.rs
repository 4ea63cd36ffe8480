use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::{Action, Dimension};

/// What a rule is and how often it was violated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCount {
    /// What the rule does.
    pub action: Action,
    /// What the rule is about.
    #[serde(default)]
    pub dimension: Dimension,
    /// How many violations were found.
    pub violations: u64,
}

impl RuleCount {
    /// A rule that was not violated, and is about validity.
    pub const fn of(action: Action) -> Self {
        RuleCount {
            action,
            dimension: Dimension::Validity,
            violations: 0,
        }
    }

    /// The same count of a rule about something else.
    pub const fn dimension(self, dimension: Dimension) -> Self {
        RuleCount { dimension, ..self }
    }

    /// The same rule, violated so often.
    pub const fn violations(self, violations: u64) -> Self {
        RuleCount { violations, ..self }
    }

    /// The share of records that the rule has nothing against, from 0 to 1.
    pub(crate) fn passed(&self, read: u64) -> f64 {
        1.0 - self.violations.min(read) as f64 / read as f64
    }
}

/// The stricter action wins; of two dimensions the one that was said.
impl AddAssign for RuleCount {
    fn add_assign(&mut self, other: Self) {
        self.action = self.action.max(other.action);
        self.dimension = self.dimension.or(other.dimension);
        self.violations += other.violations;
    }
}

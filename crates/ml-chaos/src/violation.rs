use std::fmt;

use crate::Invariant;

/// An invariant that did not hold, and what was found instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What should have held.
    pub invariant: Invariant,
    /// What was found, in words for whoever looks for the cause.
    pub found: String,
}

impl Violation {
    /// A violation of `invariant`.
    pub fn of(invariant: Invariant, found: impl Into<String>) -> Self {
        let found = found.into();
        Violation { invariant, found }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.found)
    }
}

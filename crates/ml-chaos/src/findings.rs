use std::fmt;

use crate::Violation;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// How often it looked: none means that there was nothing to look at.
    pub looks: usize,
    /// What did not hold.
    pub violations: Vec<Violation>,
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} violations in {} looks",
            self.violations.len(),
            self.looks
        )?;
        let mut violations = self.violations.iter();
        violations.try_for_each(|violation| write!(f, "\n{violation}"))
    }
}

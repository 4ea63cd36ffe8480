//! What a check came to, and what that says about the next time.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

/// So many runs, and what was wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What was done, such as `random kills`.
    pub name: String,
    /// How often it was done.
    pub runs: u64,
    pub violations: u64,
    pub took: Duration,
}

impl Check {
    /// How probable a violation is at most, with 95 % confidence: the rule of three, where there was none.
    pub fn bound(&self) -> Option<f64> {
        (self.violations == 0 && self.runs > 0).then(|| (3.0 / self.runs as f64).min(1.0))
    }

    /// As it stands in a file of results.
    pub fn json(&self) -> Value {
        json!({
            "name": self.name,
            "runs": self.runs,
            "violations": self.violations,
            "bound": self.bound(),
            "seconds": self.took.as_secs(),
        })
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Check {
            name,
            runs,
            violations,
            took,
        } = self;
        let seconds = took.as_secs_f64();
        write!(
            f,
            "{name}: {runs} in {seconds:.0} s ({:.2} a second), {violations} violations",
            *runs as f64 / seconds
        )?;
        match self.bound() {
            Some(bound) => write!(f, ", 95 % upper bound {:.3} %", bound * 100.0),
            None => Ok(()),
        }
    }
}

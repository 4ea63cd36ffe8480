//! What a check came to, and what that says about the next time.

use std::fmt;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// So many runs, and what was wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What was done, such as `random kills`.
    pub name: String,
    pub reach: Reach,
    /// How often it was done.
    pub runs: u64,
    pub violations: u64,
    pub took: Duration,
}

/// Which of the things that could be done were done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    /// Those that were drawn.
    AtRandom,
    /// All of them, so that there is nothing left to be probable.
    Each,
}

impl Check {
    /// What a test tells its check behind.
    const TOLD: &str = "CHECK ";

    /// One without a violation.
    pub fn held(name: &str, reach: Reach, runs: u64, began: Instant) -> Self {
        Check {
            name: name.to_owned(),
            reach,
            runs,
            violations: 0,
            took: began.elapsed(),
        }
    }

    /// How probable a violation is at most, with 95 % confidence: the rule of three, where there was none.
    pub fn bound(&self) -> Option<f64> {
        let is_bound = self.reach == Reach::AtRandom && self.violations == 0 && self.runs > 0;
        is_bound.then(|| (3.0 / self.runs as f64).min(1.0))
    }

    /// As it stands in a file of results.
    pub fn json(&self) -> Value {
        json!({
            "name": self.name,
            "reach": self.reach,
            "runs": self.runs,
            "violations": self.violations,
            "bound": self.bound(),
            "seconds": self.took.as_secs(),
        })
    }

    /// Prints it, by a test, for whoever runs the test.
    pub fn tell(&self) {
        println!("{}{}", Self::TOLD, json!(self));
    }

    /// The one that a test tells in a line, if it does.
    pub fn told(line: &str) -> Option<Self> {
        let (_, told) = line.split_once(Self::TOLD)?;
        serde_json::from_str(told).ok()
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Check {
            name,
            runs,
            violations,
            took,
            ..
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

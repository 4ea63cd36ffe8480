use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Position;

/// What a violated rule does to the record, or to the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// The record is kept and the violation counted.
    Warn,
    /// The record is held back.
    Quarantine,
    /// The record is held back and the whole load refused, at once or beyond the rule's [`Tolerance`](crate::Tolerance).
    Abort,
}

impl Action {
    /// The action's name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Action::Warn => "warn",
            Action::Quarantine => "quarantine",
            Action::Abort => "abort",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One reason against one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Stable name of the rule, such as `quantity.range`.
    pub rule: String,
    /// The columns the rule reads.
    pub columns: Vec<String>,
    /// What the rule does.
    pub action: Action,
    /// What was expected.
    pub expected: String,
    /// What was found, redacted where the column is personal.
    pub found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.columns.join(", ");
        let Violation {
            rule,
            expected,
            found,
            ..
        } = self;
        write!(f, "{rule} ({columns}): expected {expected}, found {found}")
    }
}

/// A record that was held back: where it stood, its bytes as received and every reason.
#[derive(Clone, PartialEq, Eq)]
pub struct Held {
    /// Where the record stood.
    pub at: Position,
    /// Its bytes as received, cut at the source's cap; empty where the source has no bytes.
    pub raw: Vec<u8>,
    /// How many bytes the record had before the cut.
    pub raw_len: u64,
    /// Every reason, never empty.
    pub violations: Vec<Violation>,
}

/// Without the bytes: they may be personal.
impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("at", &self.at)
            .field("raw_len", &self.raw_len)
            .field("violations", &self.violations)
            .finish_non_exhaustive()
    }
}

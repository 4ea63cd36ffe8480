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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LoadId;

    fn violation() -> Violation {
        Violation {
            rule: "total.sum".into(),
            columns: vec!["net".into(), "tax".into()],
            action: Action::Quarantine,
            expected: "net + tax".into(),
            found: "7".into(),
        }
    }

    #[test]
    fn an_action_is_written_as_it_is_named() {
        for action in [Action::Warn, Action::Quarantine, Action::Abort] {
            let written = serde_json::to_string(&action).unwrap();
            assert_eq!(written, format!("\"{action}\""));
        }
        assert!(Action::Warn < Action::Quarantine && Action::Quarantine < Action::Abort);
    }

    #[test]
    fn a_reason_is_one_line() {
        let line = "total.sum (net, tax): expected net + tax, found 7";
        assert_eq!(violation().to_string(), line);
    }

    #[test]
    fn a_record_held_back_shows_its_reasons_and_no_byte() {
        let held = Held {
            at: Position::new(LoadId(7), 12),
            raw: b"canary".to_vec(),
            raw_len: 6,
            violations: vec![violation()],
        };
        let shown = format!("{held:?}");
        assert!(
            shown.contains("total.sum") && shown.contains("record: 12"),
            "{shown}"
        );
        let bytes = format!("{:?}", held.raw);
        assert!(
            !shown.contains("canary") && !shown.contains(&bytes),
            "{shown}"
        );
    }
}

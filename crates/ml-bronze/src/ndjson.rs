use serde::{Deserialize, Serialize};

use crate::Unknown;

/// One JSON object a line (NDJSON, JSON Lines); its keys are the names of the columns in the source.
///
/// A missing key and `null` are NULL, and so is, in a column that may be, an empty string. Numbers are taken as they are
/// written, digit by digit. Objects and arrays are values of text columns only, as the JSON they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ndjson {
    unknown: Unknown,
}

impl Ndjson {
    /// Lines whose other keys are ignored.
    pub const fn lines() -> Self {
        Ndjson {
            unknown: Unknown::Ignore,
        }
    }

    /// The same form with a policy for keys that the contract does not know.
    pub fn unknown(mut self, policy: Unknown) -> Self {
        self.unknown = policy;
        self
    }

    pub(crate) fn policy(&self) -> Unknown {
        self.unknown
    }
}

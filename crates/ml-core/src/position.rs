use std::fmt;

use serde::{Deserialize, Serialize};

use crate::LoadId;

/// Where a record stands in what was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// The load that brought the record in.
    pub load: LoadId,
    /// Number of the record in its source, from 1; a header is not counted.
    pub record: u64,
    /// Physical line on which the record starts, from 1, where the source has lines.
    pub line: Option<u64>,
    /// Offset of the record's first byte, from 0, where the source has bytes.
    pub byte: Option<u64>,
}

impl Position {
    /// A record of a load whose source has neither lines nor bytes.
    pub const fn new(load: LoadId, record: u64) -> Self {
        Position {
            load,
            record,
            line: None,
            byte: None,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {}", self.record)?;
        match self.line {
            Some(line) => write!(f, ", line {line}"),
            None => Ok(()),
        }
    }
}

/// A record and where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located<R> {
    /// Where it came from.
    pub at: Position,
    /// The record.
    pub record: R,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_record_and_its_line_where_there_are_lines() {
        let mut at = Position::new(LoadId(7), 12);
        assert_eq!(at.to_string(), "record 12");
        at.line = Some(14);
        assert_eq!(at.to_string(), "record 12, line 14");
    }
}

use ml_core::{Held, Scorecard};

use crate::retained::{MOST_KEPT_BYTES, MOST_KEPT_RECORDS};

/// What one input came to, before its verdict.
#[derive(Default)]
pub(crate) struct Taken {
    pub(crate) card: Scorecard,
    pub(crate) held: Vec<Held>,
    held_bytes: usize,
}

impl Taken {
    /// Takes records held back, as long as they would be kept: the card has their number.
    pub(crate) fn hold(&mut self, held: Vec<Held>) {
        for held in held {
            if self.held.len() >= MOST_KEPT_RECORDS || self.held_bytes >= MOST_KEPT_BYTES {
                return;
            }
            self.held_bytes += held.raw.len();
            self.held.push(held);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_core::{LoadId, Position};

    /// How many of so many records, each of so many bytes, are there after two inputs of them.
    fn held(records: usize, bytes: usize) -> usize {
        let held = Held {
            at: Position::new(LoadId(1), 1),
            raw: vec![b'x'; bytes],
            raw_len: bytes as u64,
            violations: Vec::new(),
        };
        let mut taken = Taken::default();
        taken.hold(vec![held.clone(); records]);
        taken.hold(vec![held; records]);
        taken.held.len()
    }

    #[test]
    fn what_would_not_be_kept_takes_no_memory() {
        assert_eq!(held(3, 10), 6);
        assert_eq!(held(MOST_KEPT_RECORDS, 0), MOST_KEPT_RECORDS);
        assert_eq!(held(40, MOST_KEPT_BYTES / 64), 64);
    }
}

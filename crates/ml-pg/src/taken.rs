use ml_core::{Held, Scorecard};

use crate::quarantine::{MOST_KEPT_BYTES, MOST_KEPT_RECORDS};

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

use async_trait::async_trait;

use crate::{Outcome, Progress, Scorecard};

/// Something that happened in a run, in the order it happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A load was opened.
    Begun {
        /// What is read.
        source: &'a str,
    },
    /// A chunk or batch was judged.
    Judged {
        /// What is read.
        source: &'a str,
        /// The card of this chunk alone.
        card: &'a Scorecard,
        /// How far the source was read, where it has bytes.
        progress: Option<Progress>,
    },
    /// A load ended, or did not begin.
    Ended {
        /// What was read.
        source: &'a str,
        /// What came of it.
        outcome: &'a Outcome,
    },
    /// A step of a refresh is done.
    Step {
        /// What the step does, for people.
        label: &'a str,
        /// How many rows it changed.
        rows: u64,
    },
}

/// Whoever wants to see a run go by: a progress bar, a metric. It cannot change the run.
#[async_trait]
pub trait Observer: Send + Sync {
    /// Sees one event.
    async fn see(&self, event: Event<'_>);
}

/// Sees nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

#[async_trait]
impl Observer for Silent {
    async fn see(&self, _event: Event<'_>) {}
}

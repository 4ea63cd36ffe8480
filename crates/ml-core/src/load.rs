use std::fmt;
use std::future::Future;

use serde::{Deserialize, Serialize};

use crate::{Audit, Audited, Begun, Fingerprint, Judged, Result, Scorecard, Shape, Verdict};

/// The number of a load in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LoadId(pub i64);

impl fmt::Display for LoadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is loaded: the content makes it the same load again, whatever its name and whatever the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadKey {
    /// Name of the source, for people and for reporting another content under the same name.
    pub source: String,
    /// SHA-256 of the content; `None` where there is no content to take it of.
    pub sha256: Option<Fingerprint>,
    /// Fingerprint of the rules that judge.
    pub rules: Fingerprint,
}

/// One transaction: nothing shows before [`publish`](Load::publish), everything after it.
///
/// A load that is dropped without being published leaves nothing.
pub trait Load<B>: Send {
    /// Its number in the ledger.
    fn id(&self) -> LoadId;

    /// Is told how the bytes of its records are read; a store without a quarantine to come back from need not listen.
    fn shaped(&mut self, _shape: Shape) {}

    /// Takes a judged chunk.
    fn write(&mut self, chunk: Judged<B>) -> impl Future<Output = Result<()>> + Send;

    /// Says that the load will be refused, so that it need not keep rows from here on.
    fn doom(&mut self) -> impl Future<Output = Result<()>> + Send;

    /// Takes the hash of a content that could be read only once, and was: nothing more is written. Unless the load is
    /// still fresh the content was loaded by another, or is being: drop this one, which then leaves nothing.
    fn identify(&mut self, content: Fingerprint) -> impl Future<Output = Result<Begun<()>>> + Send;

    /// Runs all audits over the rows written, then moves those that are to be held back into the quarantine: one
    /// audit never hides a row from another.
    ///
    /// # Errors
    /// [`Storage`](crate::Kind::Storage) when a query fails; [`Contract`](crate::Kind::Contract) when what is to be
    /// held back is not rows of the load.
    fn audit(&mut self, audits: &[Audit]) -> impl Future<Output = Result<Audited>> + Send;

    /// Ends the load with what it came to: its rows or none, and in either case ledger, scorecard and quarantine.
    ///
    /// # Errors
    /// [`Storage`](crate::Kind::Storage) when nothing was stored; [`Conflict`](crate::Kind::Conflict) when another
    /// one was faster or it is not known whether it was stored: run it again, the ledger decides.
    fn publish(
        self,
        verdict: Verdict,
        card: Scorecard,
    ) -> impl Future<Output = Result<Receipt>> + Send;
}

/// What a load came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// Its number in the ledger.
    pub load: LoadId,
    /// What became of its records.
    pub card: Scorecard,
    /// Whether its rows are to be seen, or why not.
    pub verdict: Verdict,
    /// The load of the same source with another content, if there was one.
    pub supersedes: Option<LoadId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_told_by_its_number() {
        assert_eq!(LoadId(42).to_string(), "42");
    }
}

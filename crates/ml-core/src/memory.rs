use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    Audit, Audited, Begun, Change, Fingerprint, Held, Judged, Load, LoadId, LoadKey, Located,
    Receipt, Result, Scorecard, Store, Verdict,
};

/// A store in memory, for tests and for trying things out; clones share what they hold. Audits are unsupported.
#[derive(Debug, Clone)]
pub struct Memory<R>(Arc<Mutex<State<R>>>);

/// One load in a [`Memory`]'s ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// What was loaded.
    pub key: LoadKey,
    /// What it came to.
    pub receipt: Receipt,
}

#[derive(Debug)]
struct State<R> {
    rows: Vec<Located<R>>,
    held: Vec<Held>,
    changes: Vec<Located<Change>>,
    ledger: Vec<Ledger>,
    busy: Vec<Fingerprint>,
    last: i64,
}

impl<R> Default for Memory<R> {
    fn default() -> Self {
        let state = State {
            rows: Vec::new(),
            held: Vec::new(),
            changes: Vec::new(),
            ledger: Vec::new(),
            busy: Vec::new(),
            last: 0,
        };
        Memory(Arc::new(Mutex::new(state)))
    }
}

impl<R> Memory<R> {
    /// A panic elsewhere cannot have left it half changed: every change is one assignment after the other
    /// without a call that could panic.
    fn state(&self) -> MutexGuard<'_, State<R>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Clone> Memory<R> {
    /// The rows that can be seen.
    pub fn rows(&self) -> Vec<Located<R>> {
        self.state().rows.clone()
    }

    /// The quarantine.
    pub fn held(&self) -> Vec<Held> {
        self.state().held.clone()
    }

    /// What standardisers changed in the rows that can be seen.
    pub fn changes(&self) -> Vec<Located<Change>> {
        self.state().changes.clone()
    }

    /// The loads that ended.
    pub fn ledger(&self) -> Vec<Ledger> {
        self.state().ledger.clone()
    }
}

impl<R: Clone + Send> Store<Vec<Located<R>>> for Memory<R> {
    type Load<'a>
        = MemoryLoad<R>
    where
        Self: 'a;

    async fn begin(&mut self, key: LoadKey) -> Result<Begun<MemoryLoad<R>>> {
        let mut state = self.state();
        if let Some(sha256) = key.sha256 {
            if state.busy.contains(&sha256) {
                return Ok(Begun::Busy(None));
            }
            if let Some(load) = state.applied(|known| known.key.sha256 == key.sha256) {
                return Ok(Begun::Replayed(load));
            }
            state.busy.push(sha256);
        }
        state.last += 1;
        let id = LoadId(state.last);
        let supersedes = state.applied(|known| known.key.source == key.source);
        drop(state);
        let store = self.clone();
        Ok(Begun::Fresh(MemoryLoad {
            store,
            key,
            id,
            supersedes,
            rows: Vec::new(),
            held: Vec::new(),
            changes: Vec::new(),
        }))
    }
}

impl<R> State<R> {
    fn applied(&self, same: impl Fn(&Ledger) -> bool) -> Option<LoadId> {
        let mut newest_first = self.ledger.iter().rev();
        newest_first
            .find(|known| known.receipt.verdict == Verdict::Applied && same(known))
            .map(|known| known.receipt.load)
    }
}

/// A load of a [`Memory`].
#[derive(Debug)]
pub struct MemoryLoad<R> {
    store: Memory<R>,
    key: LoadKey,
    id: LoadId,
    supersedes: Option<LoadId>,
    rows: Vec<Located<R>>,
    held: Vec<Held>,
    changes: Vec<Located<Change>>,
}

impl<R: Clone + Send> Load<Vec<Located<R>>> for MemoryLoad<R> {
    fn id(&self) -> LoadId {
        self.id
    }

    async fn write(&mut self, chunk: Judged<Vec<Located<R>>>) -> Result<()> {
        self.rows.extend(chunk.rows);
        self.held.extend(chunk.held);
        self.changes.extend(chunk.changes);
        Ok(())
    }

    async fn doom(&mut self) -> Result<()> {
        self.rows.clear();
        Ok(())
    }

    async fn identify(&mut self, content: Fingerprint) -> Result<Begun<()>> {
        let mut state = self.store.state();
        if state.busy.contains(&content) {
            return Ok(Begun::Busy(None));
        }
        if let Some(load) = state.applied(|known| known.key.sha256 == Some(content)) {
            return Ok(Begun::Replayed(load));
        }
        state.busy.push(content);
        drop(state);
        self.key.sha256 = Some(content);
        Ok(Begun::Fresh(()))
    }

    async fn audit(&mut self, audits: &[Audit]) -> Result<Audited> {
        Ok(Audited::unsupported(audits))
    }

    async fn publish(mut self, verdict: Verdict, card: Scorecard) -> Result<Receipt> {
        let receipt = Receipt {
            load: self.id,
            card,
            verdict,
            supersedes: self.supersedes,
        };
        let mut state = self.store.state();
        if receipt.verdict == Verdict::Applied {
            state.rows.append(&mut self.rows);
            state.changes.append(&mut self.changes);
        }
        state.held.append(&mut self.held);
        state.ledger.push(Ledger {
            key: self.key.clone(),
            receipt: receipt.clone(),
        });
        drop(state);
        Ok(receipt)
    }
}

/// Published or not, the content is free again.
impl<R> Drop for MemoryLoad<R> {
    fn drop(&mut self) {
        if let Some(sha256) = self.key.sha256 {
            self.store.state().busy.retain(|busy| *busy != sha256);
        }
    }
}

use std::sync::atomic::{AtomicBool, Ordering};

use ml_core::{
    Contract, Error, Event, Fingerprint, Flow, LoadKey, Outcome, Receipt, Record, Result,
    Scorecard, Stage,
};
use tokio_postgres::Transaction;

use crate::commit::commit;
use crate::failure::Doing;
use crate::inputs::{self, Input};
use crate::ledger::{self, Entry};
use crate::merge::MergeSql;
use crate::pass::Pass;
use crate::step::step;
use crate::summary::summarise;
use crate::{Database, Table};

/// Takes the loads of one dataset that have newly become visible through a stage into a table that holds each
/// thing once: one transaction, one load.
///
/// What it has taken in stands in `meta.consumed`. The gate judges each input by itself: one that fails is held,
/// leaves a refused load with its quarantine, and does not stop the others.
///
/// An input that was [unloaded](Database::unload) is taken out again in a load of its own: where its records had won,
/// those come to stand that win without it. They are read again from the inputs that remain, through the same stage as
/// of the time each was taken in, which takes about as long as taking all of those in; what was held back then stays so.
#[derive(Debug)]
pub struct Increment {
    pub(crate) database: Database,
    pub(crate) pipeline: String,
    pub(crate) from: Contract,
    pub(crate) into: Table,
    pub(crate) rules: Fingerprint,
    pub(crate) batch: usize,
    /// Transaction ids do not survive a restore, so the first run of a process does not trust the watermark.
    started: AtomicBool,
}

/// What a run of an [`Increment`] came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Advance {
    /// The load that took the inputs in, if there were any.
    pub applied: Option<Receipt>,
    /// The inputs that the gate refused, each with a refused load of its own.
    pub held: Vec<Receipt>,
    /// The load that took unloaded inputs out again, if there were any: its records are those that came to stand where
    /// theirs had won.
    pub retracted: Option<Receipt>,
}

impl Advance {
    /// The cards of all its loads.
    pub fn card(&self) -> Scorecard {
        let mut card = Scorecard::default();
        self.held
            .iter()
            .chain(&self.applied)
            .chain(&self.retracted)
            .for_each(|receipt| card += &receipt.card);
        card
    }
}

impl Increment {
    /// The increment of `into` from the loads of `from`, under a name that keeps its progress.
    ///
    /// What the name has taken in counts for every target, so each target has a name of its own.
    /// With another stage the rows that are there stay as they were, until a [`rebuild`](Increment::rebuild).
    pub fn new(
        database: &Database,
        pipeline: impl Into<String>,
        from: &Contract,
        into: &Table,
    ) -> Self {
        Increment {
            database: database.clone(),
            pipeline: pipeline.into(),
            from: from.clone(),
            into: into.clone(),
            rules: Fingerprint::of(""),
            batch: 5_000,
            started: AtomicBool::new(false),
        }
    }

    /// The same increment with the fingerprint of its rules, for the ledger.
    pub fn rules(mut self, rules: Fingerprint) -> Self {
        self.rules = rules;
        self
    }

    /// The same increment in batches of so many records, at least one. The tables do not depend on it.
    pub fn batch(mut self, records: usize) -> Self {
        self.batch = records.clamp(1, i32::MAX as usize);
        self
    }

    /// Takes everything new in; `blank` is a record to read into.
    ///
    /// # Errors
    /// [`Storage`](ml_core::Kind::Storage) and [`Conflict`](ml_core::Kind::Conflict) as a load has them;
    /// [`Contract`](ml_core::Kind::Contract) when a row does not have the shape of `In`. Nothing is taken in then.
    #[tracing::instrument(name = "increment", skip_all, fields(pipeline = self.pipeline))]
    pub async fn run<In, S>(&self, flow: &Flow, blank: In, stage: &S) -> Result<Advance>
    where
        In: Record,
        S: Stage<In> + Sync,
        S::Out: Record,
    {
        let sql = MergeSql::of(&self.into)?;
        let mut lease = self.database.lease().await?;
        let (client, clean) = lease.open();
        let tx = client
            .transaction()
            .await
            .doing(self.doing("cannot begin"))?;
        let target = self.into.dataset().to_string();
        step("lock_target");
        ledger::lock(&tx, &target).await?;
        step("find_inputs");
        let starting = !self.started.load(Ordering::Relaxed);
        let datasets = [self.from.dataset.to_string()];
        let inputs =
            inputs::new_inputs(&tx, &self.pipeline, &datasets, starting, &self.progress()).await?;
        if inputs.loads.is_empty() {
            // Found without the watermark, so it may be one that a restore left behind: from here on it is trusted.
            if starting {
                inputs::watermark(&tx, &self.progress(), &inputs).await?;
            }
            tx.commit().await.doing(self.doing("cannot end"))?;
            *clean = true;
            self.started.store(true, Ordering::Relaxed);
            return Ok(Advance::default());
        }
        step("summarise");
        summarise(&self.database, &self.from.dataset).await;
        let mut pass = Pass::open(self, flow, stage, tx, &sql, &inputs).await?;
        pass.retract(&sql, &inputs, &blank).await?;
        pass.go_straight().await?;
        for Input { load, source, .. } in inputs.loaded() {
            pass.take(*load, source, &blank).await?;
        }
        let merged = pass.merge(&sql, &inputs).await?;
        step("commit");
        commit(merged.tx, clean, &self.database, &merged.last.mark).await?;
        step("committed");
        self.started.store(true, Ordering::Relaxed);
        self.tell(flow, &merged.advance, &merged.held_sources).await;
        Ok(merged.advance)
    }

    /// Tells what ended, now that it is true.
    pub(crate) async fn tell(&self, flow: &Flow, advance: &Advance, held_sources: &[String]) {
        let held = held_sources.iter().zip(&advance.held);
        let applied = advance
            .retracted
            .iter()
            .chain(&advance.applied)
            .map(|receipt| (&self.pipeline, receipt));
        for (source, receipt) in held.chain(applied) {
            let outcome = &Outcome::from(receipt.clone());
            flow.tell(Event::Ended { source, outcome }).await;
        }
    }

    /// Name of the watermark: two increments may go by one name, and see different loads.
    pub(crate) fn progress(&self) -> String {
        let (from, into) = (&self.from.dataset, self.into.dataset());
        format!("{} from {from} into {into}", self.pipeline)
    }

    pub(crate) fn doing(&self, what: &str) -> String {
        format!(
            "pipeline {} into {}: {what}",
            self.pipeline,
            self.into.dataset()
        )
    }

    /// Enters a load of the target into the ledger.
    pub(crate) async fn enter(
        &self,
        tx: &Transaction<'_>,
        source: &str,
        flow: &Flow,
    ) -> Result<Entry> {
        let key = LoadKey {
            source: source.to_owned(),
            sha256: None,
            rules: flow.rules(self.rules),
        };
        let entry = ledger::enter(tx, &self.into.dataset().to_string(), &key).await?;
        entry.ok_or_else(|| Error::storage(self.doing("its load was not entered into the ledger")))
    }
}

mod build;
mod compare;
mod due;

use std::sync::atomic::{AtomicBool, Ordering};

use ml_core::{
    Error, Event, Fingerprint, Flow, LoadId, LoadKey, Outcome, Plan, Receipt, Result, Verdict,
};
use tokio_postgres::types::Type;
use tokio_postgres::{IsolationLevel, Transaction};

use crate::Database;
use crate::audit::only_count;
use crate::commit::commit;
use crate::failure::Doing;
use crate::inputs::{self, Inputs};
use crate::ledger::{self, Entry};
use crate::metrics::Past;
use crate::step::step;
use crate::{ModelRun, vacuum};
use build::Built;
use due::{Asked, Due, Found};

/// Runs the plan of a warehouse: one REPEATABLE READ transaction that readers see all of or nothing of.
///
/// It is [incremental](Mode::Incremental) where the plan is installed as it is, says how, and the new loads of the
/// sources are known; [in full](Mode::Full) elsewhere. Both come to the same tables, which
/// [`compare_with_full`](Refresh::compare_with_full) shows. Readers are never blocked: nothing is made, dropped or
/// locked on the way but rows, and partitions for months that come, which no reader waits for.
#[derive(Debug)]
pub struct Refresh {
    database: Database,
    plan: Plan,
    fingerprint: Fingerprint,
    started: AtomicBool,
}

/// What a refresh came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Refreshed {
    /// Applied, refused by a check, or replayed when there was nothing new.
    pub outcome: Outcome,
    /// From what the tables were made, if there was something to do.
    pub mode: Option<Mode>,
    /// What each step did, and how many rows it changed.
    pub steps: Vec<(String, u64)>,
    /// What it did to each of its tables, models first; nothing unless it was applied.
    pub models: Vec<ModelRun>,
}

/// From what a refresh makes the tables of a warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// From what the new loads of its sources have changed; models that are renewed in full from all of theirs.
    Incremental,
    /// From all there is in its sources.
    Full,
}

/// Before the first snapshot: an advisory lock would come too late, and its waiter would see the old state.
const LOCK: &str = "SET LOCAL lock_timeout = '10min'; LOCK TABLE meta.warehouse IN EXCLUSIVE MODE; \
    SET LOCAL lock_timeout = '5s'; SET LOCAL client_min_messages = warning";

impl Refresh {
    /// A refresh by `plan`.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when the plan cannot be written down to compare it, or a check is to hold
    /// rows back: a refresh has no records that could be put right and come again.
    pub fn new(database: &Database, plan: Plan) -> Result<Self> {
        only_count(&plan.checks)?;
        let written = serde_json::to_vec(&plan).map_err(|error| {
            Error::contract(format!(
                "the plan of {} cannot be written down",
                plan.warehouse
            ))
            .because(error)
        })?;
        Ok(Refresh {
            database: database.clone(),
            fingerprint: Fingerprint::of(written),
            plan,
            started: AtomicBool::new(false),
        })
    }

    /// Refreshes, when a source has a new load or the plan is another one.
    ///
    /// # Errors
    /// [`Storage`](ml_core::Kind::Storage) and [`Conflict`](ml_core::Kind::Conflict) as a load has them. A check
    /// that fails is no error: the refresh is refused, and the old state stays.
    #[tracing::instrument(name = "refresh", skip_all, fields(warehouse = self.plan.warehouse.as_str()))]
    pub async fn run(&self, flow: &Flow) -> Result<Refreshed> {
        self.refresh(flow, Asked::WhatIsDue).await
    }

    /// Refreshes in full, whether or not there is something new. Rows that are as they should be are not written.
    ///
    /// # Errors
    /// As [`run`](Refresh::run).
    #[tracing::instrument(name = "rebuild", skip_all, fields(warehouse = self.plan.warehouse.as_str()))]
    pub async fn rebuild(&self, flow: &Flow) -> Result<Refreshed> {
        self.refresh(flow, Asked::Everything).await
    }

    async fn refresh(&self, flow: &Flow, asked: Asked) -> Result<Refreshed> {
        let mut lease = self.database.lease().await?;
        let (client, clean) = lease.open();
        step("begin_refresh");
        let tx = self.begin(client).await?;
        let found = match self.due(&tx, asked).await? {
            Due::Refresh(found) => found,
            Due::Nothing(load) => {
                tx.rollback().await.doing(self.doing("cannot roll back"))?;
                *clean = true;
                return Ok(Refreshed {
                    outcome: Outcome::Replayed(load),
                    mode: None,
                    steps: Vec::new(),
                    models: Vec::new(),
                });
            }
        };
        let built = self.build(&tx, flow, &found).await?;
        let mut models = Vec::new();
        let load = match &built.verdict {
            Verdict::Applied => {
                models = self.measure(&tx, &built, &found).await?;
                self.close(&tx, &built, &found.inputs).await?;
                step("commit");
                commit(tx, clean, &self.database, &built.entry.mark).await?;
                self.started.store(true, Ordering::Relaxed);
                built.entry.load()
            }
            Verdict::Refused(_) => {
                tx.rollback().await.doing(self.doing("cannot roll back"))?;
                let entry = self.refuse(client, &built).await?;
                *clean = true;
                entry.load()
            }
        };
        step("committed");
        vacuum::after(&self.database, &self.plan.warehouse, &models).await;
        Ok(self.tell(flow, found.mode, (built, models), load).await)
    }

    /// Begins, and waits for its turn.
    async fn begin<'a>(&self, client: &'a mut tokio_postgres::Client) -> Result<Transaction<'a>> {
        let tx = client
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .start()
            .await;
        let tx = tx.doing(self.doing("cannot begin"))?;
        step("lock_warehouse");
        tx.batch_execute(LOCK)
            .await
            .doing(self.doing("cannot wait for its turn"))?;
        Ok(tx)
    }

    /// Tells what it came to, now that it is true.
    async fn tell(
        &self,
        flow: &Flow,
        mode: Mode,
        (built, models): (Built, Vec<ModelRun>),
        load: LoadId,
    ) -> Refreshed {
        let Built {
            card,
            verdict,
            steps,
            ..
        } = built;
        let outcome = Outcome::from(Receipt {
            load,
            card,
            verdict,
            supersedes: None,
        });
        flow.tell(Event::Ended {
            source: self.plan.warehouse.as_str(),
            outcome: &outcome,
        })
        .await;
        Refreshed {
            outcome,
            mode: Some(mode),
            steps,
            models,
        }
    }

    async fn measure(
        &self,
        tx: &Transaction<'_>,
        built: &Built,
        found: &Found,
    ) -> Result<Vec<ModelRun>> {
        step("metrics");
        let past = match found.replanned {
            true => Past::Replanned,
            false => Past::Installed,
        };
        let (load, warehouse) = (built.entry.load(), self.plan.warehouse.as_str());
        built.metrics.enter(tx, load, warehouse, past).await
    }

    fn doing(&self, what: &str) -> String {
        format!("refresh of {}: {what}", self.plan.warehouse.as_str())
    }

    fn pipeline(&self) -> String {
        format!("refresh:{}", self.plan.warehouse.as_str())
    }

    async fn enter(&self, tx: &Transaction<'_>) -> Result<Entry> {
        step("enter");
        let name = self.plan.warehouse.as_str();
        let key = LoadKey {
            source: self.pipeline(),
            sha256: None,
            rules: self.fingerprint,
        };
        let entry = ledger::enter(tx, name, &key).await?;
        entry.ok_or_else(|| Error::storage(self.doing("its load was not entered into the ledger")))
    }

    async fn close(&self, tx: &Transaction<'_>, built: &Built, inputs: &Inputs) -> Result<()> {
        step("ledger");
        let load = built.entry.load();
        ledger::close(tx, load, &built.verdict, &built.card, 0).await?;
        let (name, plan) = (
            self.plan.warehouse.as_str(),
            self.fingerprint.as_bytes().as_slice(),
        );
        let entered = tx
            .execute_typed(
                include_str!("../sql/enter_plan.sql"),
                &[
                    (&name, Type::TEXT),
                    (&plan, Type::BYTEA),
                    (&load.0, Type::INT8),
                ],
            )
            .await;
        entered.doing(self.doing("cannot note its plan"))?;
        let loads: Vec<LoadId> = inputs.loads.iter().map(|input| input.load).collect();
        inputs::consume(tx, &self.pipeline(), &loads, "applied", load).await?;
        inputs::watermark(tx, &self.pipeline(), inputs).await
    }

    /// What was built is gone; that it was refused, and why, stays.
    async fn refuse(&self, client: &mut tokio_postgres::Client, built: &Built) -> Result<Entry> {
        let tx = client
            .transaction()
            .await
            .doing(self.doing("cannot begin"))?;
        let entry = self.enter(&tx).await?;
        ledger::close(&tx, entry.load(), &built.verdict, &built.card, 0).await?;
        tx.commit()
            .await
            .doing(self.doing("cannot enter that it was refused"))?;
        Ok(entry)
    }
}

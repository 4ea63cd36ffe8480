use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use ml_core::{
    Error, Event, Fingerprint, Flow, LoadId, LoadKey, Outcome, Plan, Receipt, Result, Scorecard,
    Verdict,
};
use tokio_postgres::types::Type;
use tokio_postgres::{IsolationLevel, Transaction};

use crate::Database;
use crate::audit::{count_all, only_count};
use crate::commit::commit;
use crate::failure::Doing;
use crate::inputs::{self, Inputs};
use crate::ledger::{self, Entry};
use crate::metrics::{Metrics, Past};
use crate::step::step;
use crate::{ModelRun, vacuum};

/// Runs the plan of a warehouse: one REPEATABLE READ transaction that readers see all of or nothing of.
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
    /// What each step did, and how many rows it changed.
    pub steps: Vec<(String, u64)>,
    /// What it did to each of its tables, models first; nothing unless it was applied.
    pub models: Vec<ModelRun>,
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
        let mut lease = self.database.lease().await?;
        let (client, clean) = lease.open();
        step("begin_refresh");
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
        let found = self.find(&tx).await?;
        if let (true, Some((_, load))) = (
            found.inputs.loads.is_empty() && !found.replanned,
            &found.installed,
        ) {
            tx.rollback().await.doing(self.doing("cannot roll back"))?;
            *clean = true;
            let load = *load;
            return Ok(Refreshed {
                outcome: Outcome::Replayed(load),
                steps: Vec::new(),
                models: Vec::new(),
            });
        }
        let built = self.build(&tx, flow, &found).await?;
        let mut models = Vec::new();
        let load = match &built.verdict {
            Verdict::Applied => {
                models = self.measure(&tx, &built, &found).await?;
                self.close(&tx, &built, &found.inputs).await?;
                step("commit");
                commit(
                    tx,
                    clean,
                    &self.database,
                    built.entry.load,
                    &built.entry.xid,
                )
                .await?;
                self.started.store(true, Ordering::Relaxed);
                built.entry.load
            }
            Verdict::Refused(_) => {
                tx.rollback().await.doing(self.doing("cannot roll back"))?;
                let entry = self.refuse(client, &built).await?;
                *clean = true;
                entry.load
            }
        };
        step("committed");
        vacuum::after(&self.database, &self.plan.warehouse, &models).await;
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
        Ok(Refreshed {
            outcome,
            steps,
            models,
        })
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
        let (load, warehouse) = (built.entry.load, self.plan.warehouse.as_str());
        built.metrics.enter(tx, load, warehouse, past).await
    }

    fn doing(&self, what: &str) -> String {
        format!("refresh of {}: {what}", self.plan.warehouse.as_str())
    }

    fn pipeline(&self) -> String {
        format!("refresh:{}", self.plan.warehouse.as_str())
    }

    async fn find(&self, tx: &Transaction<'_>) -> Result<Found> {
        step("find_inputs");
        let starting = !self.started.load(Ordering::Relaxed);
        let sources: Vec<String> = self.plan.sources.iter().map(ToString::to_string).collect();
        let inputs =
            inputs::new_inputs(tx, &self.pipeline(), &sources, starting, &self.pipeline()).await?;
        let name = self.plan.warehouse.as_str();
        let rows = tx
            .query_typed(
                include_str!("../sql/installed_plan.sql"),
                &[(&name, Type::TEXT)],
            )
            .await;
        let rows = rows.doing(self.doing("cannot look its plan up"))?;
        let installed = rows
            .first()
            .map(|row| (row.get::<_, Vec<u8>>(0), LoadId(row.get(1))));
        let replanned = installed
            .as_ref()
            .is_none_or(|(plan, _)| plan.as_slice() != self.fingerprint.as_bytes());
        Ok(Found {
            inputs,
            installed,
            replanned,
        })
    }

    /// Everything but the commit.
    async fn build(&self, tx: &Transaction<'_>, flow: &Flow, found: &Found) -> Result<Built> {
        flow.tell(Event::Begun {
            source: self.plan.warehouse.as_str(),
        })
        .await;
        let entry = self.enter(tx).await?;
        if found.replanned {
            step("install");
            for statement in &self.plan.install {
                tx.batch_execute(&statement.sql)
                    .await
                    .doing(self.doing(&statement.label))?;
            }
        }
        let mut metrics = Metrics::start(tx, &self.plan).await?;
        let mut steps = Vec::new();
        for statement in &self.plan.steps {
            step("refresh_step");
            let started = Instant::now();
            let rows = tx
                .execute_typed(&statement.sql, &[])
                .await
                .doing(self.doing(&statement.label))?;
            metrics.took(&statement.label, started.elapsed());
            flow.tell(Event::Step {
                label: &statement.label,
                rows,
            })
            .await;
            steps.push((statement.label.clone(), rows));
        }
        let card = self.check(tx).await?;
        let verdict = flow.gate().verdict(&card);
        Ok(Built {
            entry,
            card,
            verdict,
            steps,
            metrics,
        })
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

    async fn check(&self, tx: &Transaction<'_>) -> Result<Scorecard> {
        step("check");
        let read = tx
            .query_typed(&self.plan.read, &[])
            .await
            .doing(self.doing("cannot count what it reads"))?;
        let read = read.first().map_or(0, |row| row.get::<_, i64>(0)) as u64;
        let mut card = Scorecard {
            read,
            accepted: read,
            ..Scorecard::default()
        };
        let checked = count_all(tx, &self.plan.checks, "").await?;
        checked.enter(&self.plan.checks, &mut card)?;
        Ok(card)
    }

    async fn close(&self, tx: &Transaction<'_>, built: &Built, inputs: &Inputs) -> Result<()> {
        step("ledger");
        let load = built.entry.load;
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
        ledger::close(&tx, entry.load, &built.verdict, &built.card, 0).await?;
        tx.commit()
            .await
            .doing(self.doing("cannot enter that it was refused"))?;
        Ok(entry)
    }
}

/// What there is to do.
struct Found {
    inputs: Inputs,
    /// Fingerprint of the plan of the last refresh, and its load.
    installed: Option<(Vec<u8>, LoadId)>,
    replanned: bool,
}

/// A refresh before its commit.
struct Built {
    entry: Entry,
    card: Scorecard,
    verdict: Verdict,
    steps: Vec<(String, u64)>,
    metrics: Metrics,
}

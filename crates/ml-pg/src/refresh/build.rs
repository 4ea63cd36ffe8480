use std::time::{Duration, Instant};

use ml_core::{Action, Audit, Delta, Event, Finding, Flow, Result, Scorecard, Statement, Verdict};
use tokio_postgres::Transaction;
use tokio_postgres::types::Type;

use super::due::Found;
use super::{Mode, Refresh};
use crate::audit::count_all;
use crate::failure::Doing;
use crate::ledger::Entry;
use crate::metrics::Metrics;
use crate::step::step;
use crate::summary::summarise;

/// How many of the offending rows of a check a refusal names, and how long it may get.
const MOST_NAMED: usize = 3;
const LONGEST: usize = 500;

/// A refresh before its commit.
pub(super) struct Built {
    pub(super) entry: Entry,
    pub(super) card: Scorecard,
    pub(super) verdict: Verdict,
    pub(super) steps: Vec<(String, u64)>,
    pub(super) metrics: Metrics,
}

/// A step that was taken.
pub(super) struct Taken {
    label: String,
    rows: u64,
    took: Duration,
}

impl Refresh {
    /// Everything but the commit.
    pub(super) async fn build(
        &self,
        tx: &Transaction<'_>,
        flow: &Flow,
        found: &Found,
    ) -> Result<Built> {
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
        let delta = self.plan.delta.as_ref();
        let delta = delta.filter(|_| found.mode == Mode::Incremental);
        let steps = match delta {
            Some(delta) => {
                self.announce(tx, found).await?;
                self.take(tx, flow, &delta.steps).await?
            }
            None => self.take(tx, flow, &self.plan.steps).await?,
        };
        for taken in &steps {
            metrics.took(&taken.label, taken.took);
        }
        let checks = self.checks(delta);
        let read = delta.map_or(&self.plan.read, |delta| &delta.read);
        let (card, found) = self.check(tx, &checks, read).await?;
        let verdict = match flow.gate().verdict(&card) {
            Verdict::Refused(reason) => {
                Verdict::Refused(reason + &self.named(tx, &checks, &found).await?)
            }
            applied => applied,
        };
        Ok(Built {
            entry,
            card,
            verdict,
            steps: steps
                .into_iter()
                .map(|taken| (taken.label, taken.rows))
                .collect(),
            metrics,
        })
    }

    /// Tells the steps which loads are new.
    async fn announce(&self, tx: &Transaction<'_>, found: &Found) -> Result<()> {
        step("announce_loads");
        for source in &self.plan.sources {
            summarise(&self.database, source).await;
        }
        let loads = found.inputs.loads.iter();
        let loads: Vec<i64> = loads.map(|input| input.load.0).collect();
        tx.execute_typed(
            include_str!("../../sql/announce_loads.sql"),
            &[(&loads, Type::INT8_ARRAY)],
        )
        .await
        .doing(self.doing("cannot say which loads are new"))?;
        Ok(())
    }

    pub(super) async fn take(
        &self,
        tx: &Transaction<'_>,
        flow: &Flow,
        steps: &[Statement],
    ) -> Result<Vec<Taken>> {
        let mut taken = Vec::new();
        for statement in steps {
            step("refresh_step");
            let started = Instant::now();
            let rows = tx
                .execute_typed(&statement.sql, &[])
                .await
                .doing(self.doing(&statement.label))?;
            flow.tell(Event::Step {
                label: &statement.label,
                rows,
            })
            .await;
            taken.push(Taken {
                label: statement.label.clone(),
                rows,
                took: started.elapsed(),
            });
        }
        Ok(taken)
    }

    /// Those of the plan, and in the place of some what an incremental refresh checks.
    fn checks(&self, delta: Option<&Delta>) -> Vec<Audit> {
        let instead = delta.map_or(&[][..], |delta| &delta.checks);
        let checks = self.plan.checks.iter().map(|check| {
            let touched = instead.iter().find(|touched| touched.id == check.id);
            touched.unwrap_or(check).clone()
        });
        checks.collect()
    }

    async fn check(
        &self,
        tx: &Transaction<'_>,
        checks: &[Audit],
        read: &str,
    ) -> Result<(Scorecard, Vec<Finding>)> {
        step("check");
        let read = tx
            .query_typed(read, &[])
            .await
            .doing(self.doing("cannot count what it reads"))?;
        let read = read.first().map_or(0, |row| row.get::<_, i64>(0)) as u64;
        let mut card = Scorecard {
            read,
            accepted: read,
            ..Scorecard::default()
        };
        let checked = count_all(tx, checks, "").await?;
        let findings = checked.findings.clone();
        checked.enter(checks, &mut card)?;
        Ok((card, findings))
    }

    /// Which keys differ, by checks that say so; what others return may be personal.
    async fn named(
        &self,
        tx: &Transaction<'_>,
        checks: &[Audit],
        found: &[Finding],
    ) -> Result<String> {
        let mut named = Vec::new();
        for (check, found) in checks.iter().zip(found) {
            let refuses = check.action == Action::Abort;
            if refuses && !matches!(found, Finding::Rows(0)) {
                named.extend(self.differing(tx, check).await?);
            }
        }
        if named.is_empty() {
            return Ok(String::new());
        }
        let named = named.join(" | ");
        Ok(format!(
            " ({})",
            named.chars().take(LONGEST).collect::<String>()
        ))
    }

    async fn differing(&self, tx: &Transaction<'_>, check: &Audit) -> Result<Vec<String>> {
        let query = check.sql.trim().trim_end_matches(';');
        let query = format!("SELECT * FROM (\n{query}\n) AS offending LIMIT {MOST_NAMED}");
        let doing = || self.doing(&format!("cannot see what differs by {}", check.id));
        let statement = tx.prepare_typed(&query, &[]).await.doing(doing())?;
        let columns = statement.columns();
        let says = |column: &tokio_postgres::Column| {
            column.name() == "differs" && *column.type_() == Type::TEXT
        };
        let Some(nth) = columns.iter().position(says) else {
            return Ok(Vec::new());
        };
        let rows = tx.query(&statement, &[]).await.doing(doing())?;
        Ok(rows.iter().filter_map(|row| row.get(nth)).collect())
    }
}

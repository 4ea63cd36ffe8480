//! Taking inputs in again.

use ml_core::{Error, LoadId, Receipt, Record, Result, Stage, Verdict};
use tokio_postgres::types::Type;

use super::{Merged, Pass};
use crate::Span;
use crate::failure::Doing;
use crate::inputs::{self, Inputs};
use crate::ledger;
use crate::merge::{INCREMENT, MergeSql, Way};
use crate::step::step;

/// The inputs of a backfill, by what becomes of them.
pub(crate) struct Again {
    /// Loads that are taken through the stage once more, and those that were unloaded: what is there of them goes, or
    /// wins anew.
    gone: Vec<i64>,
    /// Those that are taken through the stage.
    loads: Vec<i64>,
    /// Those that were unloaded.
    unloaded: Vec<i64>,
    /// The events that say so.
    events: Vec<LoadId>,
}

impl Again {
    pub(crate) fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.loads.is_empty() && self.events.is_empty()
    }
}

impl<'a, S> Pass<'a, S> {
    /// Finds out what a backfill is about.
    pub(crate) async fn plan_again(&self, span: &Span, inputs: &Inputs) -> Result<Again> {
        self.refuse_feeds_beside().await?;
        let loads: Vec<i64> = inputs.loaded().map(|input| input.load.0).collect();
        let (events, unloaded) = inputs.unloaded();
        let gone = match span.is_all() {
            true => self.standing_loads().await?,
            false => self.taken_of(&[&loads[..], &unloaded].concat()).await?,
        };
        Ok(Again {
            gone,
            loads,
            unloaded,
            events,
        })
    }

    /// Lets go of what was taken in, takes it through the stage once more, and stages whatever may stand in the place of
    /// what is gone.
    pub(crate) async fn take_again<In>(
        &mut self,
        sql: &MergeSql,
        span: &Span,
        again: &Again,
        inputs: &Inputs,
        blank: &In,
    ) -> Result<()>
    where
        In: Record,
        S: Stage<In> + Sync,
        S::Out: Record,
    {
        step("forget");
        let source = format!("{}: {span} again", self.increment.pipeline);
        let entry = self.increment.enter(&self.tx, &source, self.flow).await?;
        self.release(&again.unloaded, entry.load()).await?;
        self.forget(&again.loads).await?;
        self.entry = Some(entry);
        for input in inputs.loaded() {
            self.take(input.load, &input.source, blank).await?;
        }
        step("restage");
        match sql.way {
            Way::Merge { .. } => self.restage_all(&again.gone, blank).await,
            Way::Append { .. } | Way::History { .. } => Ok(()),
        }
    }

    /// Puts what was staged in its place, and closes the load in the ledger.
    pub(crate) async fn replace_again(
        mut self,
        sql: &MergeSql,
        again: &Again,
    ) -> Result<Merged<'a>> {
        let entry = self.entry.take();
        let entry =
            entry.ok_or_else(|| Error::storage("a backfill without a load in the ledger"))?;
        let load = entry.load();
        step("replace");
        self.replace_rows(sql, load, again).await?;
        step("ledger");
        let (card, pipeline) = (std::mem::take(&mut self.card), &self.increment.pipeline);
        ledger::close(&self.tx, load, &Verdict::Applied, &card, self.kept).await?;
        let taken = [&self.taken[..], &again.events].concat();
        inputs::consume(&self.tx, pipeline, &taken, "applied", load).await?;
        self.settle(load).await?;
        self.advance.applied = Some(Receipt {
            load,
            card,
            verdict: Verdict::Applied,
            supersedes: None,
        });
        self.last = Some(entry);
        self.merged()
    }

    /// Another pipeline's records that lost would be lost for good.
    async fn refuse_feeds_beside(&self) -> Result<()> {
        let (table, from) = (self.into(), self.increment.from.dataset.to_string());
        let beside = self
            .tx
            .query_typed(
                include_str!("../../sql/feeds_beside.sql"),
                &[
                    (&table, Type::TEXT),
                    (&self.increment.pipeline, Type::TEXT),
                    (&from, Type::TEXT),
                ],
            )
            .await
            .doing(self.again())?;
        let Some(row) = beside.first() else {
            return Ok(());
        };
        let (pipeline, dataset): (&str, &str) = (row.get(0), row.get(1));
        Err(Error::contract(self.increment.doing(&format!(
            "the table is fed by pipeline {pipeline} from {dataset}, too, and none of the two knows what wins without \
             the other: nothing is taken in again"
        ))))
    }

    /// The loads whose records stand in the table.
    async fn standing_loads(&self) -> Result<Vec<i64>> {
        let into = &self.increment.into;
        let versions = into.versions()?;
        let each = versions.iter().chain([into]).map(|table| {
            let table = table.dataset().quoted();
            format!("SELECT \"_load_id\" FROM {table} WHERE \"_load_id\" <> 0")
        });
        let select = each.collect::<Vec<_>>().join(" UNION ");
        let rows = self.tx.query_typed(&select, &[]).await;
        Ok(rows
            .doing(self.again())?
            .iter()
            .map(|row| row.get(0))
            .collect())
    }

    async fn forget(&self, loads: &[i64]) -> Result<()> {
        let into = self.into();
        let forgotten = self
            .tx
            .execute_typed(
                include_str!("../../sql/forget_inputs.sql"),
                &[
                    (&self.increment.pipeline, Type::TEXT),
                    (&loads, Type::INT8_ARRAY),
                    (&into, Type::TEXT),
                ],
            )
            .await;
        forgotten.doing(self.again()).map(drop)
    }

    async fn replace_rows(&mut self, sql: &MergeSql, load: LoadId, again: &Again) -> Result<()> {
        let taken: Vec<i64> = self.taken.iter().map(|load| load.0).collect();
        let others = format!("DELETE FROM {INCREMENT} WHERE \"_load_id\" <> ALL($1)");
        let replaced = async {
            self.put_in_place(sql, load, &again.gone).await?;
            // whoever came to stand where others had won was counted when it was taken in
            let taken = (&taken as _, Type::INT8_ARRAY);
            self.tx.execute_typed(&others, &[taken]).await
        };
        replaced.await.doing(self.again())?;
        match sql.way.losers() {
            Some(losers) => self.drop_losers(losers, load).await,
            None => Ok(()),
        }
    }

    /// Closes entries of the quarantine that stand there twice now.
    async fn settle(&self, load: LoadId) -> Result<()> {
        let taken: Vec<i64> = self.taken.iter().map(|load| load.0).collect();
        let settled = self
            .tx
            .execute_typed(
                include_str!("../../sql/settle_entries.sql"),
                &[
                    (&load.0, Type::INT8),
                    (&taken, Type::INT8_ARRAY),
                    (&self.into(), Type::TEXT),
                ],
            )
            .await;
        settled.doing(self.again()).map(drop)
    }

    fn into(&self) -> String {
        self.increment.into.dataset().to_string()
    }

    fn again(&self) -> String {
        let what = "cannot take inputs in again; nothing is changed";
        self.increment.doing(what)
    }
}

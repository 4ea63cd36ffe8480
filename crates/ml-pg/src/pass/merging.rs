//! Taking what is staged into the table.

use ml_core::{Error, LoadId, Receipt, Result, Verdict};
use tokio_postgres::Transaction;
use tokio_postgres::types::Type;

use super::Pass;
use crate::Advance;
use crate::failure::Doing;
use crate::inputs::{self, Inputs};
use crate::ledger::{self, Entry};
use crate::merge::{MergeSql, Way};
use crate::step::step;

/// Spans may overlap until all are written; an error that waits for the commit would not say what it is about.
pub(super) const JUDGE_SPANS: &str = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED";

impl<'a, S> Pass<'a, S> {
    /// Merges what was staged, and closes the load in the ledger.
    pub(crate) async fn merge(mut self, sql: &MergeSql, inputs: &Inputs) -> Result<Merged<'a>> {
        if let Some(entry) = self.entry.take() {
            step("merge");
            self.merge_rows(sql, entry.load()).await?;
            step("ledger");
            let (load, card) = (entry.load(), std::mem::take(&mut self.card));
            ledger::close(&self.tx, load, &Verdict::Applied, &card, self.kept).await?;
            inputs::consume(
                &self.tx,
                &self.increment.pipeline,
                &self.taken,
                "applied",
                load,
            )
            .await?;
            let receipt = Receipt {
                load,
                card,
                verdict: Verdict::Applied,
                supersedes: None,
            };
            self.advance.applied = Some(receipt);
            self.last = Some(entry);
        }
        step("watermark");
        inputs::watermark(&self.tx, &self.increment.progress(), inputs).await?;
        self.merged()
    }

    pub(super) fn merged(self) -> Result<Merged<'a>> {
        let last = self
            .last
            .ok_or_else(|| Error::storage("a run without inputs has nothing to commit"))?;
        Ok(Merged {
            tx: self.tx,
            advance: self.advance,
            held_sources: self.held_sources,
            last,
        })
    }

    /// Merges what was staged, and enters nothing into the ledger: it is to be rolled back.
    pub(crate) async fn merge_beside(mut self, sql: &MergeSql) -> Result<Transaction<'a>> {
        if let Some(entry) = self.entry.take() {
            self.merge_rows(sql, entry.load()).await?;
        }
        Ok(self.tx)
    }

    /// Ends a transaction in which there was nothing to do.
    pub(crate) async fn end(self) -> Result<()> {
        let ended = self.tx.commit().await;
        ended.doing(self.increment.doing("cannot end"))
    }

    /// Merges what was staged, and moves the losers of the card to those dropped.
    pub(super) async fn merge_rows(&mut self, sql: &MergeSql, load: LoadId) -> Result<()> {
        if self.straight.is_some() && !self.staged {
            return Ok(());
        }
        if let (Some(_), Way::Merge { recall, .. }) = (&self.straight, &sql.way) {
            self.batch(recall).await?;
        }
        self.batch(&sql.look).await?;
        match &sql.way {
            Way::Append { append, .. } => self.enter_rows(append, load).await.map(drop),
            Way::Merge { take, losers, .. } => {
                let won = self.enter_rows(take, load).await?;
                match won < self.card.accepted {
                    true => self.drop_losers(losers, load).await,
                    false => Ok(()),
                }
            }
            Way::History {
                keep,
                recompute,
                losers,
                ..
            } => {
                self.batch(keep).await?;
                self.enter_rows(recompute, load).await?;
                self.batch(JUDGE_SPANS).await?;
                self.drop_losers(losers, load).await
            }
        }
    }

    /// Puts what is staged in the place of what the loads brought in that are gone; answers how many rows it wrote.
    pub(super) async fn put_in_place(
        &self,
        sql: &MergeSql,
        load: LoadId,
        gone: &[i64],
    ) -> Result<u64, tokio_postgres::Error> {
        let (tx, again) = (&self.tx, &sql.again);
        let by = [(&load.0 as _, Type::INT8), (&gone as _, Type::INT8_ARRAY)];
        for statement in &again.before {
            tx.execute_typed(statement, &by).await?;
        }
        tx.batch_execute(&sql.look).await?;
        let written = tx.execute_typed(&again.bring, &by).await?;
        for statement in &again.after {
            tx.execute_typed(statement, &by).await?;
        }
        tx.batch_execute(JUDGE_SPANS).await?;
        Ok(written)
    }

    pub(super) async fn drop_losers(&mut self, losers: &str, load: LoadId) -> Result<()> {
        let lost = self.tx.query_typed(losers, &[(&load.0, Type::INT8)]).await;
        for row in lost.doing(self.merging())? {
            let (reason, records): (&str, i64) = (row.get(0), row.get(1));
            self.card.redrop(reason, records as u64);
        }
        Ok(())
    }

    async fn enter_rows(&self, statement: &str, load: LoadId) -> Result<u64> {
        let by = [(&load.0 as _, Type::INT8)];
        let written = self.tx.execute_typed(statement, &by).await;
        written.doing(self.merging())
    }

    async fn batch(&self, statements: &str) -> Result<()> {
        self.tx
            .batch_execute(statements)
            .await
            .doing(self.merging())
    }

    fn merging(&self) -> String {
        let what = "the merge failed; nothing is taken in";
        self.increment.doing(what)
    }
}

/// A pass that only has to be committed.
pub(crate) struct Merged<'a> {
    pub(crate) tx: Transaction<'a>,
    pub(crate) advance: Advance,
    /// The sources of the inputs held, in their order.
    pub(crate) held_sources: Vec<String>,
    /// An entry of the ledger, which knows the transaction.
    pub(crate) last: Entry,
}

//! Taking what is staged into the table.

use ml_core::{Error, LoadId, Receipt, Result, Verdict};
use tokio_postgres::Transaction;
use tokio_postgres::types::Type;

use super::Pass;
use crate::Advance;
use crate::failure::Doing;
use crate::inputs::{self, Inputs};
use crate::ledger::{self, Entry};
use crate::merge::{INCREMENT, MergeSql};
use crate::step::step;

impl<'a, S> Pass<'a, S> {
    /// Merges what was staged, and closes the load in the ledger.
    pub(crate) async fn merge(mut self, sql: &MergeSql, inputs: &Inputs) -> Result<Merged<'a>> {
        if let Some(entry) = self.entry.take() {
            step("merge");
            self.merge_rows(sql, entry.load).await?;
            step("ledger");
            let (load, card) = (entry.load, std::mem::take(&mut self.card));
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
            self.merge_rows(sql, entry.load).await?;
        }
        Ok(self.tx)
    }

    /// Ends a transaction in which there was nothing to do.
    pub(crate) async fn end(self) -> Result<()> {
        let ended = self.tx.commit().await;
        ended.doing(self.increment.doing("cannot end"))
    }

    async fn merge_rows(&mut self, sql: &MergeSql, load: LoadId) -> Result<()> {
        let doing = || {
            self.increment
                .doing("the merge failed; nothing is taken in")
        };
        self.tx
            .batch_execute(&format!("ANALYZE {INCREMENT}"))
            .await
            .doing(doing())?;
        let won = self
            .tx
            .execute_typed(&sql.merge, &[(&load.0, Type::INT8)])
            .await
            .doing(doing())?;
        self.drop_losers(sql, won, &doing()).await
    }

    /// Moves the losers of the card to those dropped.
    pub(super) async fn drop_losers(
        &mut self,
        sql: &MergeSql,
        won: u64,
        doing: &str,
    ) -> Result<()> {
        let lost = self.card.accepted - won;
        let duplicates = match &sql.losers {
            Some(losers) if lost > 0 => {
                let counted = self.tx.query_typed(losers, &[]).await.doing(doing)?;
                counted.first().map_or(0, |row| row.get::<_, i64>(0)) as u64
            }
            _ => lost,
        };
        self.card.redrop("duplicate", duplicates);
        self.card.redrop("older", lost - duplicates);
        Ok(())
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

//! Taking what is staged into the table.

use ml_core::{LoadId, Result};
use tokio_postgres::types::Type;

use super::Pass;
use crate::failure::Doing;
use crate::merge::{INCREMENT, MergeSql, Way};

/// Spans may overlap until all are written; an error that waits for the commit would not say what it is about.
pub(super) const JUDGE_SPANS: &str = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED";

impl<S> Pass<'_, S> {
    /// Merges what was staged, and moves the losers of the card to those dropped.
    pub(super) async fn merge_rows(&mut self, sql: &MergeSql, load: LoadId) -> Result<()> {
        self.batch(&format!("ANALYZE {INCREMENT}")).await?;
        match &sql.way {
            Way::Append { append, .. } => self.write(append, load).await.map(drop),
            Way::Merge { take, losers, .. } => {
                let won = self.write(take, load).await?;
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
                self.write(recompute, load).await?;
                self.batch(JUDGE_SPANS).await?;
                self.drop_losers(losers, load).await
            }
        }
    }

    async fn drop_losers(&mut self, losers: &str, load: LoadId) -> Result<()> {
        let lost = self.tx.query_typed(losers, &[(&load.0, Type::INT8)]).await;
        for row in lost.doing(self.merging())? {
            let (reason, records): (&str, i64) = (row.get(0), row.get(1));
            self.card.redrop(reason, records as u64);
        }
        Ok(())
    }

    async fn write(&self, statement: &str, load: LoadId) -> Result<u64> {
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

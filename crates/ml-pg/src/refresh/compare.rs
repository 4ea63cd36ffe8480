use ml_core::{Error, Flow, Result, Statement};
use tokio_postgres::Transaction;

use super::Refresh;
use crate::Drift;
use crate::drift::TableDrift;
use crate::failure::Doing;
use crate::step::step;

impl Refresh {
    /// Compares the tables with those that a full refresh gives. That they are the [same](Drift::is_same) says that all
    /// refreshes together came to what one from everything comes to.
    ///
    /// A full refresh is run, and rolled back when it is known what it has found to write: nothing is changed, readers
    /// do not notice, and another refresh waits until it is over. New loads count as differences, so refresh before.
    ///
    /// ```no_run
    /// # use ml_core::{Flow, Gate, Result};
    /// # async fn test(refresh: ml_pg::Refresh) -> Result<()> {
    /// refresh.run(&Flow::new(Gate::default())).await?;
    /// let drift = refresh.compare_with_full().await?;
    /// assert!(drift.is_same(), "{drift}");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when the last refresh was not by this plan; otherwise as
    /// [`run`](Refresh::run).
    #[tracing::instrument(name = "compare", skip_all, fields(warehouse = self.plan.warehouse.as_str()))]
    pub async fn compare_with_full(&self) -> Result<Drift> {
        let mut lease = self.database.lease().await?;
        let (client, clean) = lease.open();
        let tx = self.begin(client).await?;
        if self.installed(&tx).await?.is_none() {
            return Err(Error::contract(self.doing(
                "there is nothing to compare, it was not yet refreshed by this plan",
            )));
        }
        step("compare");
        let silent = Flow::new(ml_core::Gate::off());
        self.take(&tx, &silent, &self.plan.steps).await?;
        let mut tables = Vec::new();
        for differences in &self.plan.differences {
            tables.push(self.drift(&tx, differences).await?);
        }
        tx.rollback().await.doing(self.doing("cannot roll back"))?;
        *clean = true;
        Ok(Drift { tables })
    }

    async fn drift(&self, tx: &Transaction<'_>, differences: &Statement) -> Result<TableDrift> {
        let rows = tx
            .query_typed(&differences.sql, &[])
            .await
            .doing(self.doing(&differences.label))?;
        let mut drift = TableDrift::of(&differences.label);
        for row in &rows {
            drift.count(row.get(0), row.get(1));
        }
        Ok(drift)
    }
}

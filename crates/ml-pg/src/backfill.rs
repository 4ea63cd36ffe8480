//! Taking in again what was taken in.

use ml_core::{Flow, Record, Result, Stage};

use crate::commit::commit;
use crate::failure::Doing;
use crate::inputs;
use crate::ledger;
use crate::merge::MergeSql;
use crate::pass::Pass;
use crate::step::step;
use crate::summary::summarise;
use crate::{Advance, Increment, Span};

impl Increment {
    /// Takes the loads of a span in again, as if it were for the first time, through the stage and under the rules and
    /// the gate of today: in one transaction, as one load.
    ///
    /// What they had brought in stays where it comes out the same, and goes where it does not; where it goes, what wins
    /// among all that was taken in comes to stand. Rows that are as they should be are not written, and
    /// `_changed_load` moves only where the content changed. Inputs that were held are judged anew like the others: this
    /// is how one is released once its cause is mended. One that the gate refuses now is held, and what it had brought in
    /// is taken out. Loads of the span that are new are taken in, and so are all unloads.
    ///
    /// A record that is held back again stays decided where somebody had decided about it; an entry of the quarantine
    /// that was open gives way to the new judgement.
    ///
    /// The ledger has the span as the source of the load, and `meta.lineage` its inputs.
    ///
    /// # Errors
    /// As [`run`](Increment::run); [`Contract`](ml_core::Kind::Contract) also when another pipeline feeds the table.
    /// Nothing is changed then.
    #[tracing::instrument(name = "backfill", skip_all, fields(pipeline = self.pipeline, %span))]
    pub async fn backfill<In, S>(
        &self,
        span: &Span,
        flow: &Flow,
        blank: In,
        stage: &S,
    ) -> Result<Advance>
    where
        In: Record,
        S: Stage<In> + Sync,
        S::Out: Record,
    {
        let sql = MergeSql::of(&self.into)?;
        let mut lease = self.database.lease().await?;
        let (client, clean) = lease.open();
        let begun = client.transaction().await;
        let tx = begun.doing(self.doing("cannot begin"))?;
        step("lock_target");
        ledger::lock(&tx, &self.into.dataset().to_string()).await?;
        step("find_span");
        let from = self.from.dataset.to_string();
        let inputs = inputs::in_span(&tx, &self.pipeline, &from, span).await?;
        step("summarise");
        summarise(&self.database, &self.from.dataset).await;
        let mut pass = Pass::open(self, flow, stage, tx, &sql, &inputs).await?;
        let again = pass.plan_again(span, &inputs).await?;
        if again.is_empty() {
            pass.end().await?;
            *clean = true;
            return Ok(Advance::default());
        }
        pass.take_again(&sql, span, &again, &inputs, &blank).await?;
        let merged = pass.replace_again(&sql, &again).await?;
        step("commit");
        commit(merged.tx, clean, &self.database, &merged.last.mark).await?;
        step("committed");
        self.tell(flow, &merged.advance, &merged.held_sources).await;
        Ok(merged.advance)
    }

    /// Takes every load in again that is there: afterwards the table is the one that they give when it is made from
    /// nothing with the stage of today, whatever had become of it.
    ///
    /// It is the [`backfill`](Increment::backfill) of [`Span::all`], so only what differs is written: a rebuild that
    /// finds the table as it should be writes no row of it, and readers see the old state until they see the new one.
    ///
    /// # Errors
    /// As [`backfill`](Increment::backfill).
    pub async fn rebuild<In, S>(&self, flow: &Flow, blank: In, stage: &S) -> Result<Advance>
    where
        In: Record,
        S: Stage<In> + Sync,
        S::Out: Record,
    {
        self.backfill(&Span::all(), flow, blank, stage).await
    }
}

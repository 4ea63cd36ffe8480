//! Taking unloaded inputs out again.

use std::collections::HashSet;

use bytes::BytesMut;
use chrono::{DateTime, Utc};
use ml_core::{
    Chunk, Encoded, Error, LoadId, Receipt, Record, Report, Result, Scorecard, Settled, Stage,
    Verdict,
};
use tokio_postgres::types::Type;

use super::Pass;
use super::grains::Grains;
use crate::audit::Sitting;
use crate::copy::Copy;
use crate::failure::Doing;
use crate::inputs::{self, Inputs};
use crate::ledger::{self, Entry};
use crate::merge::{INCREMENT, MergeSql, Way};
use crate::step::step;
use crate::unload::check_feeds;

/// An input that was taken in before and stays.
struct Remaining {
    input: LoadId,
    /// The load that took it in.
    taken_by: LoadId,
    /// What rules about time called now.
    began: DateTime<Utc>,
    keeps_all: bool,
}

impl<S> Pass<'_, S> {
    /// Takes the inputs out again that were unloaded, in a load of its own.
    pub(crate) async fn retract<In>(
        &mut self,
        sql: &MergeSql,
        inputs: &Inputs,
        blank: &In,
    ) -> Result<()>
    where
        In: Record,
        S: Stage<In> + Sync,
        S::Out: Record,
    {
        let (events, unloaded) = inputs.unloaded();
        if events.is_empty() {
            return Ok(());
        }
        step("retract");
        let gone = self.taken_of(&unloaded).await?;
        let entry = self
            .increment
            .enter(&self.tx, &self.increment.pipeline, self.flow)
            .await?;
        self.release(&unloaded, entry.load()).await?;
        let won = match gone.is_empty() {
            true => 0,
            false => self.replace(sql, &gone, entry.load(), blank).await?,
        };
        self.close_retraction(entry, &events, won).await
    }

    /// Those of the unloaded inputs that were taken in, and not held.
    pub(super) async fn taken_of(&self, unloaded: &[i64]) -> Result<Vec<i64>> {
        if let Some(why) = check_feeds(&self.tx, unloaded, Some(&self.increment.pipeline)).await? {
            return Err(Error::contract(self.increment.doing(&why)));
        }
        let taken = self
            .tx
            .query_typed(
                include_str!("../../sql/unloaded_inputs.sql"),
                &[
                    (&self.increment.pipeline, Type::TEXT),
                    (&unloaded, Type::INT8_ARRAY),
                ],
            )
            .await
            .doing(self.retracting())?;
        Ok(taken.iter().map(|row| row.get(0)).collect())
    }

    pub(super) async fn release(&self, unloaded: &[i64], by: LoadId) -> Result<()> {
        let released = self
            .tx
            .execute_typed(
                include_str!("../../sql/release_inputs.sql"),
                &[
                    (&self.increment.pipeline, Type::TEXT),
                    (&unloaded, Type::INT8_ARRAY),
                    (&by.0, Type::INT8),
                ],
            )
            .await;
        released.doing(self.retracting()).map(drop)
    }

    pub(super) fn retracting(&self) -> String {
        let what = "cannot take out what was unloaded; nothing is changed";
        self.increment.doing(what)
    }

    /// Takes out what the loads brought in that are gone, and puts in its place what wins without it; answers how much.
    async fn replace<In>(
        &mut self,
        sql: &MergeSql,
        gone: &[i64],
        load: LoadId,
        blank: &In,
    ) -> Result<u64>
    where
        In: Record,
        S: Stage<In> + Sync,
        S::Out: Record,
    {
        if let Way::Merge { .. } = &sql.way {
            self.restage_all(gone, blank).await?;
        }
        step("retake");
        let tx = &self.tx;
        let replaced = async {
            let won = match &sql.way {
                // counts all who win among what is staged, and not only those who come to stand
                Way::Merge {
                    retake, retract, ..
                } => {
                    let by = || (&load.0 as _, Type::INT8);
                    let won = tx.execute_typed(retake, &[by()]).await?;
                    let gone = (&gone as _, Type::INT8_ARRAY);
                    tx.execute_typed(retract, &[gone, by()]).await?;
                    won
                }
                Way::Append { .. } | Way::History { .. } => {
                    self.put_in_place(sql, load, gone).await?
                }
            };
            tx.batch_execute(&format!("TRUNCATE {INCREMENT}")).await?;
            Ok::<_, tokio_postgres::Error>(won)
        };
        replaced.await.doing(self.retracting())
    }

    /// Stages what was taken in of the things whose winners are gone.
    pub(super) async fn restage_all<In>(&self, gone: &[i64], blank: &In) -> Result<()>
    where
        In: Record,
        S: Stage<In> + Sync,
        S::Out: Record,
    {
        let remaining = self.remaining().await?;
        if remaining.is_empty() {
            return Ok(());
        }
        let mut grains = Some(self.grains(gone).await.doing(self.retracting())?);
        // what was held back and not kept can only be told by judging every record of the input again
        let holds = self
            .audits
            .iter()
            .any(|audit| audit.holds().unwrap_or(true));
        if holds && remaining.iter().any(|input| !input.keeps_all) {
            grains = None;
        }
        if grains.as_ref().is_none_or(|grains| !grains.is_empty()) {
            for input in &remaining {
                self.restage(input, grains.as_ref(), blank).await?;
            }
        }
        Ok(())
    }

    async fn remaining(&self) -> Result<Vec<Remaining>> {
        let dataset = self.increment.from.dataset.to_string();
        let taken = self
            .tx
            .query_typed(
                include_str!("../../sql/taken_inputs.sql"),
                &[
                    (&self.increment.pipeline, Type::TEXT),
                    (&dataset, Type::TEXT),
                ],
            )
            .await
            .doing(self.retracting())?;
        let remaining = taken.iter().map(|row| Remaining {
            input: LoadId(row.get(0)),
            taken_by: LoadId(row.get(1)),
            began: row.get(2),
            keeps_all: row.get(3),
        });
        Ok(remaining.collect())
    }

    /// Stages what was taken in of an input, of the grains alone if they are given.
    async fn restage<In>(&self, of: &Remaining, grains: Option<&Grains>, blank: &In) -> Result<()>
    where
        In: Record,
        S: Stage<In> + Sync,
        S::Out: Record,
    {
        let held = self.held_records(of).await?;
        let portal = self.tx.bind(self.reader.statement(), &[&of.input.0]).await;
        let portal = portal.doing(self.retracting())?;
        let (mut report, mut key) = (Report::at(of.began), BytesMut::new());
        loop {
            step("refetch");
            let rows = self
                .tx
                .query_portal(&portal, self.increment.batch as i32)
                .await;
            let rows = rows.doing(self.retracting())?;
            if rows.is_empty() {
                break;
            }
            let mut staged = Encoded::default();
            for row in &rows {
                let located = self.increment.decode(row, of.input, blank)?;
                if held.contains(&(located.at.record as i64)) {
                    continue;
                }
                let out = self.stage.apply(located.record, &mut report);
                let settled = report.settle(out.is_some());
                if let (Settled::Accepted, Some(out)) = (settled, out)
                    && grains.is_none_or(|grains| grains.has(&out, &mut key))
                {
                    staged.push(&out, located.at);
                }
            }
            report.take_card();
            if !staged.is_empty() {
                let what = self.retracting();
                Copy::whole(&self.tx, &self.copy, what, staged.into_pieces()).await?;
            }
        }
        match grains {
            None if !of.keeps_all => self.hold_again(of.input).await,
            _ => Ok(()),
        }
    }

    /// The records of an input that were held back when it was taken in.
    async fn held_records(&self, of: &Remaining) -> Result<HashSet<i64>> {
        let held = self
            .tx
            .query_typed(
                include_str!("../../sql/held_records.sql"),
                &[(&of.taken_by.0, Type::INT8), (&of.input.0, Type::INT8)],
            )
            .await
            .doing(self.retracting())?;
        Ok(held.iter().map(|row| row.get(0)).collect())
    }

    /// Takes out what audits hold back; it stands in the quarantine, or was counted, since the input was taken in.
    async fn hold_again(&self, input: LoadId) -> Result<()> {
        let mut sitting = Sitting::open(&self.tx, &self.audits, INCREMENT, input).await?;
        while sitting.next(&self.tx).await?.is_some() {}
        Ok(())
    }

    async fn close_retraction(&mut self, entry: Entry, events: &[LoadId], won: u64) -> Result<()> {
        let card = Scorecard {
            read: won,
            accepted: won,
            ..Scorecard::default()
        };
        let (load, pipeline) = (entry.load(), &self.increment.pipeline);
        ledger::close(&self.tx, load, &Verdict::Applied, &card, 0).await?;
        inputs::consume(&self.tx, pipeline, events, "applied", load).await?;
        self.advance.retracted = Some(Receipt {
            load,
            card,
            verdict: Verdict::Applied,
            supersedes: None,
        });
        self.last = Some(entry);
        Ok(())
    }
}

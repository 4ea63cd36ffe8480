use std::sync::atomic::Ordering;

use ml_core::{LoadId, Result};
use tokio_postgres::Transaction;
use tokio_postgres::types::Type;

use super::{Mode, Refresh};
use crate::failure::Doing;
use crate::inputs::{self, Inputs};
use crate::step::step;

/// What a refresh is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    WhatIsDue,
    Everything,
}

/// What there is to do.
pub(super) enum Due {
    /// The load that did the last of it.
    Nothing(LoadId),
    Refresh(Found),
}

/// What a refresh starts from.
pub(super) struct Found {
    pub(super) inputs: Inputs,
    pub(super) mode: Mode,
    /// Whether the plan is to be installed first.
    pub(super) replanned: bool,
}

impl Refresh {
    pub(super) async fn due(&self, tx: &Transaction<'_>, asked: Asked) -> Result<Due> {
        step("find_inputs");
        let starting = !self.started.load(Ordering::Relaxed);
        let sources: Vec<String> = self.plan.sources.iter().map(ToString::to_string).collect();
        let pipeline = self.pipeline();
        let inputs = inputs::new_inputs(tx, &pipeline, &sources, starting, &pipeline).await?;
        let installed = self.installed(tx).await?;
        let is_new = !inputs.loads.is_empty() || asked == Asked::Everything;
        match installed {
            Some(load) if !is_new => Ok(Due::Nothing(load)),
            _ => Ok(Due::Refresh(Found {
                mode: self.mode(&inputs, asked, installed),
                inputs,
                replanned: installed.is_none(),
            })),
        }
    }

    /// The load of the last refresh by this very plan.
    pub(super) async fn installed(&self, tx: &Transaction<'_>) -> Result<Option<LoadId>> {
        let name = self.plan.warehouse.as_str();
        let rows = tx
            .query_typed(
                include_str!("../../sql/installed_plan.sql"),
                &[(&name, Type::TEXT)],
            )
            .await;
        let rows = rows.doing(self.doing("cannot look its plan up"))?;
        let same = rows
            .first()
            .filter(|row| row.get::<_, &[u8]>(0) == self.fingerprint.as_bytes());
        Ok(same.map(|row| LoadId(row.get(1))))
    }

    /// A load that was taken out may have left nothing behind that says what it had changed.
    fn mode(&self, inputs: &Inputs, asked: Asked, installed: Option<LoadId>) -> Mode {
        let gone = inputs.loads.iter().any(|input| input.unloads.is_some());
        let is_known = asked == Asked::WhatIsDue && installed.is_some() && !gone;
        match self.plan.delta {
            Some(_) if is_known => Mode::Incremental,
            _ => Mode::Full,
        }
    }
}

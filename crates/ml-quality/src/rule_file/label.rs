use std::ops::Range;

use ml_core::{Action, Dimension, Tolerance};

use super::node::{Node, Result, Table};
use crate::snippet::Flaw;

/// What a rule and an audit of a file have in common: everything but what they say.
#[derive(Debug, Clone)]
pub(super) struct Label {
    pub(super) at: Range<usize>,
    pub(super) id: Option<(Range<usize>, String)>,
    pub(super) action: Option<Action>,
    pub(super) expected: Option<String>,
    pub(super) dimension: Option<Dimension>,
    pub(super) tolerance: Option<Tolerance>,
}

impl Label {
    pub(super) const KEYS: [&'static str; 5] =
        ["id", "action", "expected", "dimension", "tolerance"];

    pub(super) fn take(table: &mut Table) -> Result<Self> {
        Ok(Label {
            at: table.at.clone(),
            id: table.take_text("id")?,
            action: known(table, "action", &ACTIONS.map(|one| (one.as_str(), one)))?,
            expected: table.take_text("expected")?.map(|(_, words)| words),
            dimension: known(
                table,
                "dimension",
                &Dimension::ALL.map(|one| (one.as_str(), one)),
            )?,
            tolerance: table.take("tolerance").map(tolerance).transpose()?,
        })
    }

    /// Where errors about the name point.
    pub(super) fn name_at(&self) -> Range<usize> {
        self.id
            .as_ref()
            .map_or_else(|| self.at.clone(), |(at, _)| at.clone())
    }
}

const ACTIONS: [Action; 3] = [Action::Warn, Action::Quarantine, Action::Abort];

/// One of several names.
fn known<T: Copy>(table: &mut Table, key: &str, all: &[(&str, T)]) -> Result<Option<T>> {
    let Some((at, name)) = table.take_text(key)? else {
        return Ok(None);
    };
    match all.iter().find(|(one, _)| *one == name) {
        Some((_, value)) => Ok(Some(*value)),
        None => {
            let names: Vec<&str> = all.iter().map(|(one, _)| *one).collect();
            let expected = names.join(", ");
            Err(Flaw::new(
                at,
                format!("unknown {key} {name:?}, expected one of {expected}"),
            ))
        }
    }
}

/// A share, a number, or both; the one that is not said tolerates all.
fn tolerance(node: Node) -> Result<Tolerance> {
    let refused = node.clone();
    let mut table = node.table("tolerance", &["share", "records"])?;
    let share = table.take("share").map(|share| share.share("share"));
    let records = table
        .take("records")
        .map(|records| records.count("records"));
    match (share.transpose()?, records.transpose()?) {
        (None, None) => refused.refused("a tolerance needs share or records"),
        (share, records) => Ok(Tolerance {
            share: share.unwrap_or(1.0),
            records: records.map_or(u64::MAX, u64::from),
        }),
    }
}

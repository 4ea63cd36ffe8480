use chrono::{DateTime, Utc};
use ml_core::{Error, LoadId, Result, Scorecard};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Row, Transaction};

use crate::EntryId;
use crate::failure::Doing;
use crate::inputs;
use crate::step::step;

/// The entries of the quarantine that the records of one load take the place of, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Claim(Vec<Claimed>);

#[derive(Debug, Clone)]
struct Claimed {
    id: EntryId,
    decided_at: DateTime<Utc>,
    /// The load whose shape its bytes are read by.
    shape: Option<LoadId>,
}

impl Claim {
    /// Takes an entry on, a row of `find_fixed.sql`.
    pub(crate) fn push(&mut self, row: &Row) {
        self.0.push(Claimed {
            id: EntryId {
                load: LoadId(row.get(0)),
                origin: LoadId(row.get(1)),
                record: row.get::<_, i64>(2) as u64,
            },
            decided_at: row.get(3),
            shape: row.get::<_, Option<i64>>(4).map(LoadId),
        });
    }

    /// The load whose shape the bytes of record number `record` are read by.
    pub(crate) fn shape(&self, record: u64) -> Option<LoadId> {
        let nth = usize::try_from(record.checked_sub(1)?).ok()?;
        self.0.get(nth)?.shape
    }

    /// The loads whose shapes the bytes are read by.
    pub(crate) fn shapes(&self) -> Vec<i64> {
        let mut loads: Vec<i64> = self.0.iter().filter_map(|one| Some(one.shape?.0)).collect();
        loads.dedup();
        loads
    }

    /// Takes hold of all entries, or answers false: another one has an entry, or has changed it since it was read.
    pub(crate) async fn lock(&self, tx: &Transaction<'_>) -> Result<bool> {
        if self.0.is_empty() {
            return Ok(true);
        }
        step("claim");
        let decided: Vec<DateTime<Utc>> = self.0.iter().map(|claimed| claimed.decided_at).collect();
        let keys = self.keys();
        let mut parameters = keys.parameters();
        parameters.push((&decided, Type::TIMESTAMPTZ_ARRAY));
        let locked = tx
            .query_typed(include_str!("../sql/lock_fixed.sql"), &parameters)
            .await
            .doing("cannot lock what is to be replayed of the quarantine")?;
        Ok(locked.len() == self.0.len())
    }

    /// Says that the records of a load have taken their place.
    pub(crate) async fn replay(
        &self,
        tx: &Transaction<'_>,
        load: LoadId,
        card: &Scorecard,
    ) -> Result<()> {
        let claimed = self.0.len() as u64;
        if claimed == 0 {
            return Ok(());
        }
        step("replay");
        let keys = self.keys();
        let mut parameters = keys.parameters();
        parameters.push((&load.0, Type::INT8));
        let replayed = tx
            .execute_typed(include_str!("../sql/replay_fixed.sql"), &parameters)
            .await
            .doing(format!("load {load}: cannot mark what it replays"))?;
        if (card.read, replayed) != (claimed, claimed) {
            let read = card.read;
            return Err(Error::contract(format!(
                "load {load} was to replay {claimed} records, its feed read {read}, and {replayed} were there: \
                 nothing of it is kept"
            )));
        }
        let mut origins = keys.origins;
        origins.sort_unstable();
        origins.dedup();
        inputs::lineage(tx, load, &origins).await
    }

    fn keys(&self) -> Keys {
        Keys::of(self.0.iter().map(|claimed| claimed.id))
    }
}

/// The keys of entries, column by column, as statements take them.
pub(crate) struct Keys {
    loads: Vec<i64>,
    origins: Vec<i64>,
    records: Vec<i64>,
}

impl Keys {
    pub(crate) fn of(ids: impl Iterator<Item = EntryId> + Clone) -> Self {
        Keys {
            loads: ids.clone().map(|id| id.load.0).collect(),
            origins: ids.clone().map(|id| id.origin.0).collect(),
            records: ids.map(|id| id.record as i64).collect(),
        }
    }

    /// The first three parameters.
    pub(crate) fn parameters(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        vec![
            (&self.loads, Type::INT8_ARRAY),
            (&self.origins, Type::INT8_ARRAY),
            (&self.records, Type::INT8_ARRAY),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_is_read_by_the_shape_of_its_own_load() {
        let claimed = |(record, shape): (u64, Option<i64>)| Claimed {
            id: EntryId {
                load: LoadId(2),
                origin: LoadId(2),
                record,
            },
            decided_at: DateTime::default(),
            shape: shape.map(LoadId),
        };
        let claim = [(40, Some(7)), (41, Some(7)), (50, None), (60, Some(9))].map(claimed);
        let claim = Claim(claim.to_vec());
        assert_eq!(claim.shapes(), [7, 9]);
        let shapes = [0, 1, 2, 3, 4, 5].map(|record| claim.shape(record).map(|load| load.0));
        assert_eq!(shapes, [None, Some(7), Some(7), None, Some(9), None]);
    }
}

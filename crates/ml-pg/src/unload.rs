use ml_core::{Error, Fingerprint, Kind, LoadId, Result};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Row, Transaction};

use crate::commit::commit;
use crate::failure::Doing;
use crate::keeping::Keeping;
use crate::ledger::{self, Mark};
use crate::step::step;
use crate::{Database, Table};

/// A load that was taken out again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unloaded {
    /// The event in the ledger that pipelines see.
    pub event: LoadId,
    /// How many rows left the table now: none when it was unloaded before.
    pub rows: u64,
}

impl Database {
    /// Takes a load out of a table again, in one transaction: its rows are deleted, and an event in the ledger tells
    /// the pipelines that have taken it in. After their next runs their tables are as if it had never been loaded. Its
    /// content may be loaded again, as a new load. What it had replayed of the quarantine is to be replayed again.
    ///
    /// # Errors
    /// [`Contract`](Kind::Contract) when there is no such load of the table, it is not applied, no reason is given,
    /// another load has replayed records of its quarantine, or a table that it was taken into is fed by another
    /// pipeline, too, so that none of the two knows what wins without it. [`Conflict`](Kind::Conflict) when another one
    /// is at it. [`Storage`](Kind::Storage) otherwise. Nothing is changed then.
    #[tracing::instrument(name = "unload", skip_all, fields(load = load.0))]
    pub async fn unload(&self, table: &Table, load: LoadId, reason: &str) -> Result<Unloaded> {
        let unload = Unload { table, load };
        if !matches!(table.keeping, Keeping::Landing) {
            return Err(
                unload.refused("its rows came from other loads; unload the one of the source")
            );
        }
        if reason.trim().is_empty() {
            return Err(unload.refused("no reason is given: say why"));
        }
        let mut lease = self.lease().await?;
        let (client, clean) = lease.open();
        step("begin_unload");
        let tx = client
            .transaction()
            .await
            .doing(unload.doing("cannot begin"))?;
        if let Some(event) = unload.lock(&tx).await? {
            tx.rollback()
                .await
                .doing(unload.doing("cannot roll back"))?;
            *clean = true;
            return Ok(Unloaded { event, rows: 0 });
        }
        unload.check(&tx).await?;
        let rows = unload.delete(&tx).await?;
        let event = unload.enter(&tx, reason).await?;
        step("commit");
        commit(tx, clean, self, &event).await?;
        step("committed");
        Ok(Unloaded {
            event: event.load,
            rows,
        })
    }
}

/// The unloading of one load.
struct Unload<'a> {
    table: &'a Table,
    load: LoadId,
}

impl Unload<'_> {
    fn doing(&self, what: &str) -> String {
        let (load, dataset) = (self.load, self.table.dataset());
        format!("cannot unload load {load} of {dataset}: {what}")
    }

    fn refused(&self, why: &str) -> Error {
        Error::contract(self.doing(why))
    }

    async fn ask(&self, tx: &Transaction<'_>, statement: &str) -> Result<Vec<Row>> {
        tx.query_typed(statement, &[(&self.load.0, Type::INT8)])
            .await
            .doing(self.doing("the ledger does not answer"))
    }

    /// Takes the locks of its content and of its row; answers the event when it is unloaded already.
    async fn lock(&self, tx: &Transaction<'_>) -> Result<Option<LoadId>> {
        step("unload_lock");
        let key = self.ask(tx, include_str!("../sql/unload_key.sql")).await?;
        let dataset = self.table.dataset().to_string();
        let Some(key) = key.first().filter(|key| key.get::<_, &str>(0) == dataset) else {
            return Err(self.refused("the ledger has no such load of it"));
        };
        if let Some(sha256) = key.get::<_, Option<Vec<u8>>>(1) {
            let content: [u8; 32] = sha256
                .try_into()
                .map_err(|_| self.refused("the ledger has no SHA-256 where it should"))?;
            if !ledger::try_lock(tx, &dataset, &Fingerprint::new(content)).await? {
                let what = "its content is being loaded or unloaded by another: run it again";
                return Err(Error::new(Kind::Conflict, self.doing(what)));
            }
        }
        let locked = self.ask(tx, include_str!("../sql/unload_lock.sql")).await?;
        let state = locked.first().map_or("gone", |row| row.get(0));
        let event = locked.first().and_then(|row| row.get::<_, Option<i64>>(1));
        match (state, event) {
            ("applied", _) => Ok(None),
            ("unloaded", Some(event)) => Ok(Some(LoadId(event))),
            ("unload", _) => Err(self.refused("it is the event that took another load out")),
            _ => Err(self.refused(&format!("it is {state}, and has no rows to take out"))),
        }
    }

    /// Looks for what is built upon the load and could not be put right afterwards.
    async fn check(&self, tx: &Transaction<'_>) -> Result<()> {
        let replays = self.ask(tx, include_str!("../sql/replays_of.sql")).await?;
        if let Some(replay) = replays.first() {
            let replay: i64 = replay.get(0);
            return Err(self.refused(&format!(
                "load {replay} replayed records of its quarantine: unload that one first"
            )));
        }
        check_feeds(tx, &[self.load.0], None)
            .await?
            .map_or(Ok(()), |why| Err(self.refused(&why)))
    }

    async fn delete(&self, tx: &Transaction<'_>) -> Result<u64> {
        step("unload_rows");
        let table = self.table.dataset().quoted();
        let delete = format!("DELETE FROM {table} WHERE \"_load_id\" = $1");
        tx.execute_typed(&delete, &[(&self.load.0, Type::INT8)])
            .await
            .doing(self.doing("its rows cannot be deleted"))
    }

    /// Enters the event.
    async fn enter(&self, tx: &Transaction<'_>, reason: &str) -> Result<Mark> {
        step("unload_ledger");
        let reason = reason.replace('\0', "\u{fffd}");
        let load = &[(&self.load.0 as &(dyn ToSql + Sync), Type::INT8)];
        let entered = async {
            tx.execute_typed(
                include_str!("../sql/unload_load.sql"),
                &[(&self.load.0, Type::INT8), (&reason, Type::TEXT)],
            )
            .await?;
            tx.execute_typed(include_str!("../sql/unreplay.sql"), load)
                .await?;
            tx.query_typed(include_str!("../sql/enter_unload.sql"), load)
                .await
        };
        let entered = entered
            .await
            .doing(self.doing("the ledger does not take it"))?;
        let dataset = self.table.dataset().to_string();
        let event = entered.first().map(|row| Mark::of(row, &dataset));
        event.ok_or_else(|| Error::storage(self.doing("its event was not entered into the ledger")))
    }
}

/// What speaks against taking loads out of the tables that a pipeline, or any, has taken them into.
pub(crate) async fn check_feeds(
    tx: &Transaction<'_>,
    loads: &[i64],
    pipeline: Option<&str>,
) -> Result<Option<String>> {
    let found = tx
        .query_typed(
            include_str!("../sql/other_feeds.sql"),
            &[(&loads, Type::INT8_ARRAY), (&pipeline, Type::TEXT)],
        )
        .await
        .doing("cannot look for what else feeds the tables of a load")?;
    Ok(found.first().map(|row| {
        let (table, pipeline, dataset): (&str, &str, &str) = (row.get(0), row.get(1), row.get(2));
        format!(
            "{table} is fed by pipeline {pipeline} from {dataset}, too, and none of the two knows what wins without \
             it: empty {table} and take all in under new names"
        )
    }))
}

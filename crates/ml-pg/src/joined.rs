use ml_core::{Begun, Encoded, LoadKey, Result};
use tokio_postgres::Transaction;

use crate::failure::Doing;
use crate::step::step;
use crate::store::enter;
use crate::{PgLoad, SameName, Table};

/// Opens loads inside a transaction of the host, each behind a savepoint.
///
/// What a load publishes is provisional until the host commits. After an error from a load the host must roll
/// back and throw its connection away. The host's session settings are left as they are: names are qualified and
/// values are binary.
pub struct Joined<'h, 'c> {
    tx: &'h mut Transaction<'c>,
    table: Table,
    same_name: SameName,
    clean: bool,
}

impl<'h, 'c> Joined<'h, 'c> {
    /// A store of `table` in the host's transaction.
    pub fn new(tx: &'h mut Transaction<'c>, table: &Table) -> Self {
        Joined {
            tx,
            table: table.clone(),
            same_name: SameName::default(),
            clean: true,
        }
    }

    /// The same store with a policy for sources whose content has changed.
    pub fn same_name(mut self, policy: SameName) -> Self {
        self.same_name = policy;
        self
    }
}

impl ml_core::Store<Encoded> for Joined<'_, '_> {
    type Load<'a>
        = PgLoad<'a>
    where
        Self: 'a;

    async fn begin(&mut self, key: LoadKey) -> Result<Begun<PgLoad<'_>>> {
        let Joined {
            tx,
            table,
            same_name,
            clean,
        } = self;
        step("begin");
        let tx = tx
            .transaction()
            .await
            .doing(format!("cannot open a load of {}", key.source))?;
        Ok(match enter(&tx, table, *same_name, &key).await? {
            Begun::Fresh(entry) => Begun::Fresh(PgLoad::open(tx, clean, None, table, entry).await?),
            Begun::Replayed(load) => Begun::Replayed(load),
            Begun::Busy(holder) => Begun::Busy(holder),
        })
    }
}

impl std::fmt::Debug for Joined<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Joined")
            .field("dataset", self.table.dataset())
            .finish_non_exhaustive()
    }
}

use ml_core::{Begun, Class, Encoded, Error, LoadKey, Result};
use tokio::time::timeout;
use tokio_postgres::Transaction;

use crate::claim::Claim;
use crate::database::Lease;
use crate::failure::Doing;
use crate::ledger::{self, Entry};
use crate::step::step;
use crate::{Database, PgLoad, Table};

/// What to do with a source that was loaded before with another content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SameName {
    /// Load it beside the old one and report which load it supersedes.
    #[default]
    NewVersion,
    /// Refuse it.
    Refuse,
}

/// Opens loads into one table, each a transaction of its own on a connection from the pool.
///
/// It keeps its connection between loads, and throws it away after a load that did not end well.
pub struct Store {
    database: Database,
    table: Table,
    same_name: SameName,
    claim: Claim,
    lease: Option<Lease>,
}

impl Store {
    /// A store of `table`, which must have been created or checked before.
    pub fn new(database: &Database, table: &Table) -> Self {
        Store {
            database: database.clone(),
            table: table.clone(),
            same_name: SameName::default(),
            claim: Claim::default(),
            lease: None,
        }
    }

    /// The same store with a policy for sources whose content has changed.
    pub fn same_name(mut self, policy: SameName) -> Self {
        self.same_name = policy;
        self
    }

    /// The same store, whose loads take the place of entries of the quarantine.
    pub(crate) fn claiming(mut self, claim: Claim) -> Self {
        self.claim = claim;
        self
    }
}

impl ml_core::Store<Encoded> for Store {
    type Load<'a>
        = PgLoad<'a>
    where
        Self: 'a;

    async fn begin(&mut self, key: LoadKey) -> Result<Begun<PgLoad<'_>>> {
        let Store {
            database,
            table,
            same_name,
            claim,
            lease,
        } = self;
        if lease.as_ref().is_some_and(|lease| !lease.is_usable()) {
            *lease = None;
        }
        let lease = match lease {
            Some(lease) => lease,
            None => lease.insert(database.lease().await?),
        };
        let (client, clean) = lease.open();
        step("begin");
        // None of these statements takes long, and nothing waits for a lock longer than its own limit.
        let silence = database.silence();
        let silent = |_| {
            let what = format!(
                "cannot open a load of {}: the server has said nothing for {} s",
                key.source,
                silence.as_secs()
            );
            Error::storage(what).classed(Class::Transient)
        };
        let begun = timeout(silence, client.transaction())
            .await
            .map_err(silent)?;
        let tx = begun.doing(format!("cannot open a load of {}", key.source))?;
        let entered = timeout(silence, enter(&tx, table, *same_name, &key)).await;
        match entered.map_err(silent)?? {
            Begun::Fresh(_) if !claim.lock(&tx).await? => {
                rolled_back(tx, clean).await.map(|()| Begun::Busy(None))
            }
            Begun::Fresh(entry) => {
                let load = PgLoad::open(tx, clean, Some(database.clone()), table, entry).await?;
                Ok(Begun::Fresh(load.claiming(claim.clone())))
            }
            Begun::Replayed(load) => rolled_back(tx, clean).await.map(|()| Begun::Replayed(load)),
            Begun::Busy(holder) => rolled_back(tx, clean).await.map(|()| Begun::Busy(holder)),
        }
    }
}

async fn rolled_back(tx: Transaction<'_>, clean: &mut bool) -> Result<()> {
    tx.rollback()
        .await
        .doing("cannot roll back a load that has nothing to do")?;
    *clean = true;
    Ok(())
}

/// Lock, then ledger: the protocol's first half, in any transaction.
pub(crate) async fn enter(
    tx: &Transaction<'_>,
    table: &Table,
    policy: SameName,
    key: &LoadKey,
) -> Result<Begun<Entry>> {
    let dataset = &table.dataset().to_string();
    if let Some(content) = &key.sha256 {
        step("lock");
        if !ledger::try_lock(tx, dataset, content).await? {
            return ledger::holder(tx, dataset, content).await.map(Begun::Busy);
        }
    }
    step("enter");
    match (ledger::enter(tx, dataset, key).await?, &key.sha256) {
        (
            Some(Entry {
                supersedes: Some(old),
                ..
            }),
            _,
        ) if policy == SameName::Refuse => Err(Error::contract(format!(
            "{} was loaded into {dataset} before with another content, as load {old}; give it another name, \
             or allow new versions",
            key.source
        ))),
        (Some(entry), _) => Ok(Begun::Fresh(entry)),
        (None, Some(content)) => {
            let load = ledger::find(tx, dataset, content).await?;
            load.map(Begun::Replayed).ok_or_else(|| {
                Error::new(
                    ml_core::Kind::Conflict,
                    format!("{} was unloaded just now: run it again", key.source),
                )
            })
        }
        (None, None) => Err(Error::storage(format!(
            "{} was not entered into the ledger",
            key.source
        ))),
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("dataset", self.table.dataset())
            .finish_non_exhaustive()
    }
}

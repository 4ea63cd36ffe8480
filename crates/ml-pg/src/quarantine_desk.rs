use std::collections::HashMap;

use ml_core::{Dataset, Encoded, Error, Feed, Fixed, Flow, Outcome, Result, Shape};
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use crate::claim::Claim;
use crate::entries::{self, Sight};
use crate::failure::Doing;
use crate::step::step;
use crate::{Database, EntryFilter, EntryId, EntryState, QuarantineEntry, Store, Table, Tally};

/// What one replay takes at most.
const MOST_RECORDS: i64 = 100_000;
const MOST_BYTES: i64 = 64 << 20;
/// How many entries are shown to a closure, or written, at once.
pub(crate) const PAGE: usize = 500;

/// Where people decide about the records held back: list, show, export, put right, discard, replay.
///
/// An entry is `open`, then `fixed` and `replayed`, or `discarded`. Only records of loads that are applied come back:
/// of a refused one nothing is in, and the file comes again as a whole.
///
/// The bytes of records are personal. They are shown only to who asks for them, with
/// [`revealed`](QuarantineDesk::revealed), and whose role has the privilege `SELECT` on the columns `raw` and `fixed`
/// of `meta.quarantine`; all the rest of the table can be granted column by column.
#[derive(Debug, Clone)]
pub struct QuarantineDesk {
    database: Database,
    sight: Sight,
}

impl QuarantineDesk {
    /// The desk of a database, on which bytes of records are covered.
    pub fn of(database: &Database) -> Self {
        QuarantineDesk {
            database: database.clone(),
            sight: Sight::Redacted,
        }
    }

    /// The same desk, on which bytes of records are uncovered; whoever calls this answers for where they go.
    pub fn revealed(mut self) -> Self {
        self.sight = Sight::Revealed;
        self
    }

    pub(crate) fn sight(&self) -> Sight {
        self.sight
    }

    /// One page of entries.
    ///
    /// # Errors
    /// [`Storage`](ml_core::Kind::Storage) when they cannot be read; [`Config`](ml_core::Kind::Config) when bytes are to be revealed to
    /// a role that may not read them.
    pub async fn list(&self, filter: &EntryFilter) -> Result<Vec<QuarantineEntry>> {
        let client = self.database.client().await?;
        entries::list(&**client, filter, self.sight).await
    }

    /// One entry.
    ///
    /// # Errors
    /// As [`list`](QuarantineDesk::list); [`Contract`](ml_core::Kind::Contract) when there is no such entry.
    pub async fn show(&self, id: EntryId) -> Result<QuarantineEntry> {
        let client = self.database.client().await?;
        entries::find(&**client, id, self.sight).await
    }

    /// How many records a dataset held back, and what became of them.
    ///
    /// # Errors
    /// [`Storage`](ml_core::Kind::Storage) when they cannot be counted.
    pub async fn tally(&self, dataset: &Dataset) -> Result<Tally> {
        let (client, dataset) = (self.database.client().await?, dataset.to_string());
        let counted = client
            .query_typed(include_str!("../sql/tally.sql"), &[(&dataset, Type::TEXT)])
            .await
            .doing(format!("cannot count the quarantine of {dataset}"))?;
        let count = |nth: usize| counted.first().map_or(0, |row| row.get::<_, i64>(nth)) as u64;
        Ok(Tally {
            held: count(0),
            kept: count(1),
            open: count(2),
            fixed: count(3),
            replayed: count(4),
            discarded: count(5),
        })
    }

    /// Puts a record right, once more if it already was; its [`form`](QuarantineEntry::form) says how the bytes are
    /// read when they are replayed.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when there is no such entry, it is replayed or discarded, its load is not applied,
    /// or the bytes are more than 16 MiB or the cut ones that were kept; [`Config`](ml_core::Kind::Config) when the role may
    /// not read the bytes of records.
    pub async fn fix(&self, id: EntryId, bytes: impl Into<Vec<u8>>) -> Result<()> {
        let bytes = bytes.into();
        let client = self.database.client().await?;
        let entry = entries::find(&**client, id, Sight::Revealed).await?;
        entries::check(&entry, &bytes)?;
        match entries::write(&**client, &[(id, bytes)]).await? {
            0 => Err(entries::changed(id)),
            _ => Ok(()),
        }
    }

    /// Puts every record right that the closure answers bytes for; the others stay as they are. Only open and fixed
    /// ones of applied loads are shown to it. All of it or nothing; answers how many.
    ///
    /// # Errors
    /// As [`fix`](QuarantineDesk::fix).
    pub async fn fix_all(
        &self,
        filter: &EntryFilter,
        correct: impl Fn(&QuarantineEntry) -> Option<Vec<u8>>,
    ) -> Result<u64> {
        let mut lease = self.database.lease().await?;
        let (client, clean) = lease.open();
        let tx = client
            .transaction()
            .await
            .doing("cannot begin to put records right")?;
        let (mut filter, mut fixed) = (filter.clone().page(PAGE), 0);
        loop {
            let page = entries::list(&tx, &filter, Sight::Revealed).await?;
            let Some(last) = page.last() else { break };
            filter.after = Some(last.id);
            let mut corrections = Vec::new();
            for entry in page.iter().filter(|entry| entries::is_fixable(entry)) {
                if let Some(bytes) = correct(entry) {
                    entries::check(entry, &bytes)?;
                    corrections.push((entry.id, bytes));
                }
            }
            fixed += entries::write(&tx, &corrections).await?;
        }
        tx.commit().await.doing("cannot keep what was put right")?;
        *clean = true;
        Ok(fixed)
    }

    /// Leaves a record out for good; one that is discarded already stays as it was.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when there is no such entry, it is replayed, or no reason is given.
    pub async fn discard(&self, id: EntryId, reason: &str) -> Result<()> {
        if reason.trim().is_empty() {
            let what = format!("cannot discard {id} without a reason: say why it is not needed");
            return Err(Error::contract(what));
        }
        let client = self.database.client().await?;
        let parameters: [(&(dyn ToSql + Sync), Type); 4] = [
            (&id.load.0, Type::INT8),
            (&id.origin.0, Type::INT8),
            (&(id.record as i64), Type::INT8),
            (&reason.replace('\0', "\u{fffd}"), Type::TEXT),
        ];
        let discarded = client
            .execute_typed(include_str!("../sql/discard_entry.sql"), &parameters)
            .await
            .doing(format!("cannot discard {id}"))?;
        if discarded > 0 {
            return Ok(());
        }
        match entries::find(&**client, id, Sight::Redacted).await?.state {
            EntryState::Discarded => Ok(()),
            state => Err(Error::contract(format!(
                "cannot discard {id}: it is {state}"
            ))),
        }
    }

    /// Takes the records of a dataset that were put right through a flow into its table, as one load: the rows, the
    /// entries replayed, and those held back once more, in one transaction. `None` when there is nothing to replay.
    ///
    /// The feed, which `feed` makes of them, must yield each record, numbered from 1 in the order given. One replay
    /// takes 100,000 records or 64 MiB at most: go on until it answers `None`. [`Outcome::Busy`] says that another one
    /// is replaying some of them. When the gate refuses, they stay as they were.
    ///
    /// # Errors
    /// As a load has them; [`Config`](ml_core::Kind::Config) when the role may not read the bytes of records.
    pub async fn replay<F: Feed<Encoded>>(
        &self,
        flow: &Flow,
        table: &Table,
        feed: impl FnOnce(Vec<Fixed>) -> F,
    ) -> Result<Option<Outcome>> {
        let (fixed, claim) = self.find_fixed(table).await?;
        if fixed.is_empty() {
            return Ok(None);
        }
        let mut store = Store::new(&self.database, table).claiming(claim);
        flow.run(&mut feed(fixed), &mut store).await.map(Some)
    }

    async fn find_fixed(&self, table: &Table) -> Result<(Vec<Fixed>, Claim)> {
        step("find_fixed");
        let client = self.database.client().await?;
        entries::may_reveal(&**client).await?;
        let dataset = table.dataset().to_string();
        let doing = || format!("cannot read what was put right of {dataset}");
        let rows = client
            .query_typed(
                include_str!("../sql/find_fixed.sql"),
                &[
                    (&dataset, Type::TEXT),
                    (&MOST_RECORDS, Type::INT8),
                    (&MOST_BYTES, Type::INT8),
                ],
            )
            .await
            .doing(doing())?;
        let mut claim = Claim::default();
        rows.iter().for_each(|row| claim.push(row));
        let loads = claim.shapes();
        let shapes = client
            .query_typed(
                include_str!("../sql/shapes.sql"),
                &[(&loads, Type::INT8_ARRAY)],
            )
            .await
            .doing(doing())?;
        let shape = |row: &Row| (row.get::<_, i64>(0), Shape::new(row.get::<_, &str>(1)));
        let shapes: HashMap<i64, Shape> = shapes.iter().map(shape).collect();
        let fixed = rows.iter().map(|row| Fixed {
            shape: row
                .get::<_, Option<i64>>(4)
                .and_then(|load| shapes.get(&load).cloned()),
            bytes: row.get(5),
        });
        Ok((fixed.collect(), claim))
    }
}

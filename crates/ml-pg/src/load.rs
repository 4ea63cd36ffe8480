use ml_core::{
    Audit, Audited, Begun, Encoded, Error, Fingerprint, Held, Judged, Load, LoadId, Receipt,
    Result, Scorecard, Shape, Verdict,
};
use tokio_postgres::Transaction;

use crate::audit::Sitting;
use crate::changes::Changes;
use crate::claim::Claim;
use crate::commit::commit;
use crate::copy::Copy;
use crate::failure::Doing;
use crate::ledger::{self, Entry};
use crate::retained::Retained;
use crate::step::step;
use crate::{Database, Table};

/// A load in PostgreSQL; opened by [`Store`](crate::Store) or [`Joined`](crate::Joined).
///
/// Dropped without being published it rolls back.
pub struct PgLoad<'a> {
    tx: Transaction<'a>,
    /// Set when nothing is open any more: the connection may be used again.
    clean: &'a mut bool,
    /// Whom to ask about an unanswered COMMIT; none in the host's transaction.
    database: Option<Database>,
    table: &'a Table,
    entry: Entry,
    copy: Option<Copy>,
    /// How many rows the server took, less those that audits took out again.
    stored: u64,
    quarantine: Retained,
    /// How the bytes of its records are read.
    shape: Option<Shape>,
    /// The entries of the quarantine that its records take the place of.
    claim: Claim,
    changes: Changes,
    rows: Rows,
}

/// Where the rows of a load stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    /// Behind the savepoint: rolling back to it takes them away.
    Saved,
    /// Before it, because the quarantine could not wait: deleting takes them away.
    Released,
    /// Taken away: the load will be refused.
    Doomed,
}

const SAVE: &str = "SAVEPOINT ml_rows";
const BACK: &str = "ROLLBACK TO SAVEPOINT ml_rows; RELEASE SAVEPOINT ml_rows";
const RELEASE: &str = "RELEASE SAVEPOINT ml_rows";

impl<'a> PgLoad<'a> {
    pub(crate) async fn open(
        tx: Transaction<'a>,
        clean: &'a mut bool,
        database: Option<Database>,
        table: &'a Table,
        entry: Entry,
    ) -> Result<Self> {
        step("savepoint");
        tx.batch_execute(SAVE)
            .await
            .doing("cannot set the savepoint of a load")?;
        Ok(PgLoad {
            tx,
            clean,
            database,
            table,
            quarantine: Retained::of(&entry),
            changes: Changes::of(table.dataset()),
            entry,
            shape: None,
            claim: Claim::default(),
            copy: None,
            stored: 0,
            rows: Rows::Saved,
        })
    }

    /// The same load, whose records take the place of entries of the quarantine.
    pub(crate) fn claiming(mut self, claim: Claim) -> Self {
        self.claim = claim;
        self
    }

    /// The load whose shape the bytes of a record are read by.
    fn shape_of(&self, held: &Held) -> Option<LoadId> {
        let own = self.shape.as_ref().map(|_| self.entry.load());
        own.or_else(|| self.claim.shape(held.at.record))
    }

    fn doing(&self, what: &str) -> String {
        format!("{}: {what}", self.entry.mark)
    }

    async fn run(&self, statement: &str, what: &str) -> Result<()> {
        self.tx
            .batch_execute(statement)
            .await
            .doing(self.doing(what))
    }

    async fn end_copy(&mut self) -> Result<()> {
        if let Some(copy) = self.copy.take() {
            step("end_copy");
            self.stored += copy.finish().await?;
        }
        Ok(())
    }

    async fn send(&mut self, rows: Encoded) -> Result<()> {
        if self.rows == Rows::Doomed || rows.is_empty() {
            return Ok(());
        }
        if self.copy.as_ref().is_some_and(Copy::is_long) {
            self.end_copy().await?;
        }
        let copy = match &mut self.copy {
            Some(copy) => copy,
            None => {
                step("copy");
                let statement = self.table.copy_into(&self.table.dataset().quoted());
                let what = self.doing("the server refused rows; none of them is kept");
                let mut copy = Copy::open(&self.tx, &statement, what).await?;
                if let Some(database) = &self.database {
                    copy = copy.patience(database.silence() * 2);
                }
                self.copy.insert(copy)
            }
        };
        step("send");
        for piece in rows.into_pieces() {
            copy.send(piece).await?;
        }
        Ok(())
    }

    /// Writes the quarantine before the load ends. It must not go with the savepoint, so that goes first.
    async fn flush(&mut self) -> Result<()> {
        self.end_copy().await?;
        if self.rows == Rows::Saved {
            self.run(RELEASE, "cannot keep the rows").await?;
            self.rows = Rows::Released;
        }
        step("quarantine");
        self.quarantine.flush(&self.tx).await
    }

    /// Writes the changes between rows; they go with the rows.
    async fn flush_changes(&mut self) -> Result<()> {
        self.end_copy().await?;
        step("changes");
        self.changes.flush(&self.tx).await
    }

    /// Takes the rows away again.
    async fn take_back(&mut self) -> Result<()> {
        self.end_copy().await?;
        self.changes.clear();
        step("take_back");
        match self.rows {
            Rows::Saved => self.run(BACK, "cannot take the rows back").await?,
            Rows::Released => {
                let (dataset, load) = (self.table.dataset(), self.entry.load());
                let delete = format!(
                    "DELETE FROM {} WHERE \"_load_id\" = {load}; DELETE FROM meta.change WHERE load_id = {load}",
                    dataset.quoted(),
                );
                self.run(&delete, "cannot take the rows back").await?;
            }
            Rows::Doomed => {}
        }
        self.rows = Rows::Doomed;
        Ok(())
    }

    /// Lets the rows be seen at the commit, all of them.
    async fn keep(&mut self, card: &Scorecard) -> Result<()> {
        self.end_copy().await?;
        if self.stored != card.accepted {
            let (stored, accepted) = (self.stored, card.accepted);
            return Err(Error::storage(
                self.doing(&format!("the server took {stored} rows of {accepted}")),
            ));
        }
        self.flush_changes().await?;
        if self.rows == Rows::Saved {
            step("release");
            self.run(RELEASE, "cannot keep the rows").await?;
        }
        Ok(())
    }

    async fn commit(self, verdict: Verdict, card: Scorecard) -> Result<Receipt> {
        let Entry {
            mark, supersedes, ..
        } = self.entry;
        step("commit");
        match &self.database {
            Some(database) => commit(self.tx, self.clean, database, &mark).await?,
            None => {
                let released = self.tx.commit().await;
                released.doing(format!("{mark}: cannot release its savepoint; roll back"))?;
                *self.clean = true;
            }
        }
        step("committed");
        Ok(Receipt {
            load: mark.load,
            card,
            verdict,
            supersedes,
        })
    }
}

impl Load<Encoded> for PgLoad<'_> {
    fn id(&self) -> LoadId {
        self.entry.load()
    }

    fn shaped(&mut self, shape: Shape) {
        self.shape = Some(shape);
    }

    async fn write(&mut self, chunk: Judged<Encoded>) -> Result<()> {
        for held in &chunk.held {
            let shape = self.shape_of(held);
            self.quarantine.push(held, shape)?;
        }
        self.send(chunk.rows).await?;
        if self.rows != Rows::Doomed {
            self.changes.push(&chunk.changes);
        }
        if self.changes.is_full() {
            self.flush_changes().await?;
        }
        if self.quarantine.is_full() {
            self.flush().await?;
        }
        Ok(())
    }

    async fn doom(&mut self) -> Result<()> {
        self.take_back().await
    }

    async fn identify(&mut self, content: Fingerprint) -> Result<Begun<()>> {
        self.end_copy().await?;
        step("identify");
        let dataset = self.table.dataset().to_string();
        if !ledger::try_lock(&self.tx, &dataset, &content).await? {
            let holder = ledger::holder(&self.tx, &dataset, &content).await?;
            return Ok(Begun::Busy(holder));
        }
        if ledger::identify(&self.tx, &mut self.entry, &content).await? {
            return Ok(Begun::Fresh(()));
        }
        let load = ledger::find(&self.tx, &dataset, &content).await?;
        load.map(Begun::Replayed).ok_or_else(|| {
            let what = self.doing("its content was unloaded just now: run it again");
            Error::new(ml_core::Kind::Conflict, what)
        })
    }

    async fn audit(&mut self, audits: &[Audit]) -> Result<Audited> {
        self.end_copy().await?;
        step("audit");
        let table = self.table.dataset().quoted();
        let mut sitting = Sitting::open(&self.tx, audits, &table, self.entry.load()).await?;
        step("hold_rows");
        while let Some(batch) = sitting.next(&self.tx).await? {
            for held in &batch {
                self.quarantine.push(held, None)?;
            }
            if self.quarantine.is_full() {
                self.flush().await?;
            }
        }
        let audited = sitting.audited();
        self.stored -= audited.held;
        Ok(audited)
    }

    async fn publish(mut self, verdict: Verdict, card: Scorecard) -> Result<Receipt> {
        match &verdict {
            Verdict::Applied => {
                self.keep(&card).await?;
                self.claim
                    .replay(&self.tx, self.entry.load(), &card)
                    .await?;
            }
            Verdict::Refused(_) => self.take_back().await?,
        }
        step("quarantine");
        self.quarantine.flush(&self.tx).await?;
        step("ledger");
        ledger::close(
            &self.tx,
            self.entry.load(),
            &verdict,
            &card,
            self.quarantine.kept(),
        )
        .await?;
        let shape = self.shape.as_ref();
        self.quarantine.keep_shape(&self.tx, shape).await?;
        self.commit(verdict, card).await
    }
}

impl std::fmt::Debug for PgLoad<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PgLoad")
            .field("id", &self.entry.load())
            .field("dataset", self.table.dataset())
            .finish_non_exhaustive()
    }
}

use ml_core::{
    Candidate, Candidates, Error, FieldError, RawFields, Record, Result, RowId, SkippedBlock,
};
use tokio_postgres::types::Type;
use tokio_postgres::{Row, Statement, Transaction};

use crate::candidate_batch::CandidateBatch;
use crate::failure::Doing;
use crate::table::quoted;
use crate::wire::Wire;
use crate::{Database, Table, ledger};

/// Looks through the rows of a merged table for those that may be one thing, and keeps what was found in
/// `meta.duplicate_candidate`. No row of the table is changed.
///
/// ```no_run
/// # async fn run(database: ml_pg::Database, people: ml_pg::Table) -> ml_core::Result<()> {
/// use ml_core::{Candidates, Record, RowId, Typed};
/// use ml_pg::Screening;
///
/// /// Only what is compared.
/// #[derive(Debug, Clone, Record)]
/// #[record(dataset = "silver.people")]
/// struct Person {
///     name: String,
/// }
///
/// # fn find(rows: Vec<(RowId, Person)>) -> Candidates { Candidates::default() }
/// // A matching of ml-silver finds them: `|rows| matching.find(rows)`.
/// let screened = Screening::new(&database, "people by name", &people)
///     .run(Person::blank(), find)
///     .await?;
/// println!("{} pairs, {} blocks too large to compare", screened.pairs, screened.skipped.len());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Screening {
    database: Database,
    name: String,
    table: Table,
    batch: usize,
}

/// What a run of a [`Screening`] came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Screened {
    /// How many rows were looked through.
    pub rows: u64,
    /// How many pairs were found.
    pub pairs: u64,
    /// How many of them a rule says are one thing.
    pub merges: u64,
    /// How many pairs were new or had other figures than before.
    pub written: u64,
    /// How many pairs of before are no longer found.
    pub forgotten: u64,
    /// The blocks whose rows were not compared, because there were too many of them.
    pub skipped: Vec<SkippedBlock>,
}

impl Screening {
    /// The screening of a table, under a name that keeps what was found and decided.
    pub fn new(database: &Database, name: impl Into<String>, table: &Table) -> Self {
        Screening {
            database: database.clone(),
            name: name.into(),
            table: table.clone(),
            batch: 5_000,
        }
    }

    /// The same screening, reading so many rows at once, at least one. What is found does not depend on it.
    pub fn batch(mut self, rows: usize) -> Self {
        self.batch = rows.clamp(1, i32::MAX as usize);
        self
    }

    /// Reads all rows as they stand, into copies of `blank`, lets `find` look through them, and keeps what it found, in
    /// one transaction. `blank` needs only the columns that are compared. Twice is once: pairs with the same figures are
    /// not written again, those no longer found are taken out, and what somebody has decided stays.
    ///
    /// All rows are in memory at a time, and `find` keeps the thread for as long as it takes.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when the table is not a merged one, not as its contract says, or does not have
    /// the columns of `blank`;
    /// [`Conflict`](ml_core::Kind::Conflict) when another run of this name takes longer than 10 minutes;
    /// [`Storage`](ml_core::Kind::Storage) otherwise. Nothing is kept then.
    #[tracing::instrument(name = "screening", skip_all, fields(screening = self.name, table = %self.table.dataset()))]
    pub async fn run<T: Record>(
        &self,
        blank: T,
        find: impl FnOnce(Vec<(RowId, T)>) -> Candidates,
    ) -> Result<Screened> {
        self.database.check(&self.table).await?;
        let mut lease = self.database.lease().await?;
        let (client, clean) = lease.open();
        let tx = client
            .transaction()
            .await
            .doing(self.doing("cannot begin"))?;
        ledger::lock(&tx, &format!("screening {}", self.name)).await?;
        let rows = self.read(&tx, &blank).await?;
        let read = rows.len() as u64;
        let found = find(rows);
        let (written, forgotten) = self.keep(&tx, &found.pairs).await?;
        tx.commit()
            .await
            .doing(self.doing("cannot keep what was found"))?;
        *clean = true;
        Ok(Screened {
            rows: read,
            pairs: found.pairs.len() as u64,
            merges: found
                .pairs
                .iter()
                .filter(|pair| pair.merge.is_some())
                .count() as u64,
            written,
            forgotten,
            skipped: found.skipped,
        })
    }

    /// Says that two rows are not one thing, whatever a rule says; later runs leave it so.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when they are no candidate of this screening, or were merged;
    /// [`Storage`](ml_core::Kind::Storage) otherwise.
    pub async fn reject(&self, left: RowId, right: RowId) -> Result<()> {
        let dataset = self.table.dataset().to_string();
        let (first, second) = (left.min(right), left.max(right));
        let client = self.database.client().await?;
        let rejected = client
            .execute_typed(
                include_str!("../sql/reject_candidate.sql"),
                &[
                    (&self.name, Type::TEXT),
                    (&dataset, Type::TEXT),
                    (&first.0, Type::INT8),
                    (&second.0, Type::INT8),
                ],
            )
            .await
            .doing(self.doing("cannot reject a candidate"))?;
        if rejected > 0 {
            return Ok(());
        }
        let what = format!(
            "rows {} and {} are no candidate, or were merged",
            first.0, second.0
        );
        Err(Error::contract(self.doing(&what)))
    }

    fn doing(&self, what: &str) -> String {
        format!(
            "screening {} of {}: {what}",
            self.name,
            self.table.dataset()
        )
    }

    async fn read<T: Record>(&self, tx: &Transaction<'_>, blank: &T) -> Result<Vec<(RowId, T)>> {
        let select = self.select(tx, blank).await?;
        let reading = || self.doing("cannot read its rows");
        let portal = tx.bind(&select, &[]).await.doing(reading())?;
        let mut read = Vec::new();
        loop {
            let rows = tx
                .query_portal(&portal, self.batch as i32)
                .await
                .doing(reading())?;
            if rows.is_empty() {
                return Ok(read);
            }
            for row in &rows {
                read.push(self.decode(row, blank)?);
            }
        }
    }

    async fn select<T: Record>(&self, tx: &Transaction<'_>, blank: &T) -> Result<Statement> {
        let current = self.table.silver()?.current();
        let contract = &self.table.contract.columns;
        let mut names = Vec::new();
        for column in blank.columns() {
            if !contract
                .iter()
                .any(|own| own.name == column.name && own.ty == column.ty)
            {
                let what = format!("it has no column {} that is {}", column.name, column.ty);
                return Err(Error::contract(self.doing(&what)));
            }
            names.push(format!("{}, ", quoted(&column.name)));
        }
        let (names, table) = (names.concat(), self.table.dataset().quoted());
        let select = format!("SELECT {names}\"_row_id\" FROM {table} WHERE {current}");
        tx.prepare(&select)
            .await
            .doing(self.doing("cannot read its rows"))
    }

    fn decode<T: Record>(&self, row: &Row, blank: &T) -> Result<(RowId, T)> {
        let wire = Wire(row);
        let id = wire
            .raw(row.len() - 1)
            .and_then(|bytes| bytes.try_into().ok());
        let id = RowId(id.map_or(0, i64::from_be_bytes));
        let mut record = blank.clone();
        match record.read_from(&wire) {
            Ok(()) => Ok((id, record)),
            Err(FieldError { ordinal, .. }) => {
                let column = &blank.columns()[ordinal].name;
                let what = format!(
                    "row {}: column {column} does not hold what its contract says",
                    id.0
                );
                Err(Error::contract(self.doing(&what)))
            }
        }
    }

    /// Answers how many pairs were written, and how many taken out.
    async fn keep(&self, tx: &Transaction<'_>, pairs: &[Candidate]) -> Result<(u64, u64)> {
        let doing = || self.doing("cannot keep what was found");
        let dataset = self.table.dataset().to_string();
        let key = [(&self.name as _, Type::TEXT), (&dataset as _, Type::TEXT)];
        let mut written = 0;
        for pairs in pairs.chunks(self.batch) {
            let batch = CandidateBatch::of(pairs);
            let parameters = [&key[..], &batch.rows(), &batch.figures()].concat();
            let enter = include_str!("../sql/enter_candidates.sql");
            written += tx.execute_typed(enter, &parameters).await.doing(doing())?;
        }
        let found = CandidateBatch::of(pairs);
        let forget = include_str!("../sql/forget_candidates.sql");
        let parameters = [&key[..], &found.rows()].concat();
        let forgotten = tx.execute_typed(forget, &parameters).await.doing(doing())?;
        Ok((written, forgotten))
    }
}

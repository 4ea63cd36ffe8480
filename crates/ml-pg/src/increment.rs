use std::sync::atomic::{AtomicBool, Ordering};

use ml_core::{
    Chunk, Contract, Encoded, Error, Event, FieldError, Fingerprint, Flow, Judged, LoadId, LoadKey,
    Located, Outcome, Position, RawFields, Receipt, Record, Result, Scorecard, Stage, Verdict,
};
use tokio_postgres::types::{FromSql, Type};
use tokio_postgres::{Row, Statement, Transaction};

use crate::commit::{commit, count};
use crate::copy::Copy;
use crate::failure::Doing;
use crate::ledger::{self, Entry, Inputs};
use crate::merge::{INCREMENT, MergeSql};
use crate::quarantine::{MOST_KEPT_RECORDS, Quarantine};
use crate::step::step;
use crate::table::quoted;
use crate::{Database, Table};

/// Takes the loads of one dataset that have newly become visible through a stage into a table that holds each
/// thing once: one transaction, one load.
///
/// What it has taken in stands in `meta.consumed`. The gate judges each input by itself: one that fails is held,
/// leaves a refused load with its quarantine, and does not stop the others.
#[derive(Debug)]
pub struct Increment {
    database: Database,
    pipeline: String,
    from: Contract,
    into: Table,
    rules: Fingerprint,
    batch: usize,
    /// Transaction ids do not survive a restore, so the first run of a process does not trust the watermark.
    started: AtomicBool,
}

/// What a run of an [`Increment`] came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Advance {
    /// The load that took the inputs in, if there were any.
    pub applied: Option<Receipt>,
    /// The inputs that the gate refused, each with a refused load of its own.
    pub held: Vec<Receipt>,
}

impl Advance {
    /// The cards of all its loads.
    pub fn card(&self) -> Scorecard {
        let mut card = Scorecard::default();
        self.held
            .iter()
            .chain(&self.applied)
            .for_each(|receipt| card += &receipt.card);
        card
    }
}

impl Increment {
    /// The increment of `into` from the loads of `from`, under a name that keeps its progress.
    pub fn new(
        database: &Database,
        pipeline: impl Into<String>,
        from: &Contract,
        into: &Table,
    ) -> Self {
        Increment {
            database: database.clone(),
            pipeline: pipeline.into(),
            from: from.clone(),
            into: into.clone(),
            rules: Fingerprint::of(""),
            batch: 5_000,
            started: AtomicBool::new(false),
        }
    }

    /// The same increment with the fingerprint of its rules, for the ledger.
    pub fn rules(mut self, rules: Fingerprint) -> Self {
        self.rules = rules;
        self
    }

    /// The same increment in batches of so many records, at least one. The tables do not depend on it.
    pub fn batch(mut self, records: usize) -> Self {
        self.batch = records.clamp(1, i32::MAX as usize);
        self
    }

    /// Takes everything new in; `blank` is a record to read into.
    ///
    /// # Errors
    /// [`Storage`](ml_core::Kind::Storage) and [`Conflict`](ml_core::Kind::Conflict) as a load has them;
    /// [`Contract`](ml_core::Kind::Contract) when a row does not have the shape of `In`. Nothing is taken in then.
    #[tracing::instrument(name = "increment", skip_all, fields(pipeline = self.pipeline))]
    pub async fn run<In, S>(&self, flow: &Flow, blank: In, stage: &S) -> Result<Advance>
    where
        In: Record,
        S: Stage<In> + Sync,
        S::Out: Record,
    {
        let sql = MergeSql::of(&self.into)?;
        let mut lease = self.database.lease().await?;
        let (client, clean) = lease.open();
        let tx = client
            .transaction()
            .await
            .doing(self.doing("cannot begin"))?;
        let target = self.into.dataset().to_string();
        step("lock_target");
        ledger::lock(&tx, &target).await?;
        step("find_inputs");
        let starting = !self.started.load(Ordering::Relaxed);
        let datasets = [self.from.dataset.to_string()];
        let inputs = ledger::new_inputs(&tx, &self.pipeline, &datasets, starting).await?;
        if inputs.loads.is_empty() {
            // Found without the watermark, so it may be one that a restore left behind: from here on it is trusted.
            if starting {
                ledger::watermark(&tx, &self.pipeline, &inputs.snapshot).await?;
            }
            tx.commit().await.doing(self.doing("cannot end"))?;
            *clean = true;
            self.started.store(true, Ordering::Relaxed);
            return Ok(Advance::default());
        }
        let mut run = Run::open(self, flow, stage, tx, &sql).await?;
        for (input, source) in &inputs.loads {
            run.take(*input, source, &blank).await?;
        }
        let (tx, advance, last) = run.merge(&sql, &inputs).await?;
        step("commit");
        commit(tx, clean, &self.database, last.load, &last.xid).await?;
        step("committed");
        self.started.store(true, Ordering::Relaxed);
        Ok(advance)
    }

    fn doing(&self, what: &str) -> String {
        format!(
            "pipeline {} into {}: {what}",
            self.pipeline,
            self.into.dataset()
        )
    }
}

/// One run, on its way.
struct Run<'a, S> {
    increment: &'a Increment,
    flow: &'a Flow,
    stage: &'a S,
    tx: Transaction<'a>,
    select: Statement,
    copy: String,
    /// The load of the inputs that pass, entered when the first one does.
    entry: Option<Entry>,
    card: Scorecard,
    kept: u64,
    taken: Vec<LoadId>,
    advance: Advance,
    last: Option<Entry>,
}

impl<'a, S> Run<'a, S> {
    async fn open(
        increment: &'a Increment,
        flow: &'a Flow,
        stage: &'a S,
        tx: Transaction<'a>,
        sql: &MergeSql,
    ) -> Result<Self> {
        step("stage");
        tx.batch_execute(&sql.stage)
            .await
            .doing(increment.doing("cannot make the table of the increment"))?;
        let names: Vec<String> = increment
            .from
            .columns
            .iter()
            .map(|column| quoted(&column.name))
            .collect();
        let select = format!(
            "SELECT {}, \"_record_no\" FROM {} WHERE \"_load_id\" = $1 ORDER BY \"_record_no\"",
            names.join(", "),
            increment.from.dataset.quoted()
        );
        let select = tx
            .prepare_typed(&select, &[Type::INT8])
            .await
            .doing(increment.doing("cannot read its input"))?;
        Ok(Run {
            increment,
            flow,
            stage,
            tx,
            select,
            copy: increment.into.copy_into(INCREMENT),
            entry: None,
            card: Scorecard::default(),
            kept: 0,
            taken: Vec::new(),
            advance: Advance::default(),
            last: None,
        })
    }

    async fn sql(&self, statement: &str) -> Result<()> {
        self.tx
            .batch_execute(statement)
            .await
            .doing(self.increment.doing("cannot set a savepoint"))
    }

    /// Takes one input through the stage, and judges it.
    async fn take<In>(&mut self, input: LoadId, source: &str, blank: &In) -> Result<()>
    where
        In: Record,
        S: Stage<In> + Sync,
        S::Out: Record,
    {
        self.flow.tell(Event::Begun { source }).await;
        step("input");
        self.sql("SAVEPOINT ml_input").await?;
        let mut judged = Taken::default();
        self.stage.declare(&mut judged.card);
        self.read(input, source, blank, &mut judged).await?;
        let rows = format!("(SELECT * FROM {INCREMENT} WHERE \"_load_id\" = {input})");
        for audit in self.flow.audits() {
            let finding = count(&self.tx, audit, &rows).await?;
            self.flow.count(audit, finding, &mut judged.card)?;
        }
        match self.flow.gate().verdict(&judged.card) {
            Verdict::Applied => self.accept(input, judged).await,
            refused => self.hold(input, source, judged, refused).await,
        }
    }

    async fn read<In>(
        &mut self,
        input: LoadId,
        source: &str,
        blank: &In,
        judged: &mut Taken,
    ) -> Result<()>
    where
        In: Record,
        S: Stage<In> + Sync,
        S::Out: Record,
    {
        let reading = || self.increment.doing(&format!("cannot read load {input}"));
        let portal = self
            .tx
            .bind(&self.select, &[&input.0])
            .await
            .doing(reading())?;
        loop {
            step("fetch");
            let rows = self
                .tx
                .query_portal(&portal, self.increment.batch as i32)
                .await
                .doing(reading())?;
            if rows.is_empty() {
                return Ok(());
            }
            let batch = rows
                .iter()
                .map(|row| self.decode(row, input, blank))
                .collect::<Result<Vec<_>>>()?;
            let Judged { rows, held, card } = Judged::<Encoded>::by(self.stage, batch);
            self.flow
                .tell(Event::Judged {
                    source,
                    card: &card,
                })
                .await;
            judged.card += &card;
            let room = MOST_KEPT_RECORDS.saturating_sub(judged.held.len());
            judged.held.extend(held.into_iter().take(room));
            if Chunk::<S::Out>::rows(&rows) > 0 && !self.flow.gate().is_doomed(&judged.card) {
                step("stage_rows");
                let what = self
                    .increment
                    .doing("the server refused rows; nothing is taken in");
                let mut copy = Copy::open(&self.tx, &self.copy, what).await?;
                copy.send(rows.into_bytes()).await?;
                copy.finish().await?;
            }
        }
    }

    fn decode<In: Record>(&self, row: &Row, input: LoadId, blank: &In) -> Result<Located<In>> {
        let wire = Wire(row);
        let record_no = wire
            .raw(row.len() - 1)
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, i64::from_be_bytes);
        let at = Position::new(input, record_no as u64);
        let mut record = blank.clone();
        match record.read_from(&wire) {
            Ok(()) => Ok(Located { at, record }),
            Err(FieldError { ordinal, .. }) => {
                let (dataset, column) = (
                    &self.increment.from.dataset,
                    &self.increment.from.columns[ordinal].name,
                );
                let what = format!(
                    "{dataset}, load {input}, {at}: column {column} does not hold what its contract says"
                );
                Err(Error::contract(what))
            }
        }
    }

    async fn accept(&mut self, input: LoadId, judged: Taken) -> Result<()> {
        self.sql("RELEASE SAVEPOINT ml_input").await?;
        let load = match &self.entry {
            Some(entry) => entry.load,
            None => {
                self.entry
                    .insert(
                        self.increment
                            .enter(&self.tx, &self.increment.pipeline)
                            .await?,
                    )
                    .load
            }
        };
        self.kept += self.keep(load, &judged).await?;
        self.card += &judged.card;
        self.taken.push(input);
        Ok(())
    }

    /// The rows go, the reasons stay.
    async fn hold(
        &mut self,
        input: LoadId,
        source: &str,
        judged: Taken,
        verdict: Verdict,
    ) -> Result<()> {
        self.sql("ROLLBACK TO SAVEPOINT ml_input; RELEASE SAVEPOINT ml_input")
            .await?;
        step("hold");
        let entry = self.increment.enter(&self.tx, source).await?;
        let kept = self.keep(entry.load, &judged).await?;
        ledger::close(&self.tx, entry.load, &verdict, &judged.card, kept).await?;
        ledger::consume(
            &self.tx,
            &self.increment.pipeline,
            &[input],
            "held",
            entry.load,
        )
        .await?;
        let receipt = Receipt {
            load: entry.load,
            card: judged.card,
            verdict,
            supersedes: None,
        };
        self.flow
            .tell(Event::Ended {
                source,
                outcome: &Outcome::Refused(receipt.clone()),
            })
            .await;
        self.advance.held.push(receipt);
        self.last = Some(entry);
        Ok(())
    }

    /// Writes the quarantine of one input; answers how many records are kept.
    async fn keep(&self, load: LoadId, judged: &Taken) -> Result<u64> {
        let mut quarantine = Quarantine::default();
        for held in &judged.held {
            quarantine.push(load, held)?;
            if quarantine.is_full() {
                quarantine.flush(&self.tx).await?;
            }
        }
        quarantine.flush(&self.tx).await?;
        Ok(quarantine.kept())
    }

    /// Merges what was staged, and closes the load in the ledger.
    async fn merge(
        mut self,
        sql: &MergeSql,
        inputs: &Inputs,
    ) -> Result<(Transaction<'a>, Advance, Entry)> {
        if let Some(entry) = self.entry.take() {
            step("merge");
            self.merge_rows(sql, entry.load).await?;
            step("ledger");
            let (load, card) = (entry.load, std::mem::take(&mut self.card));
            ledger::close(&self.tx, load, &Verdict::Applied, &card, self.kept).await?;
            ledger::consume(
                &self.tx,
                &self.increment.pipeline,
                &self.taken,
                "applied",
                load,
            )
            .await?;
            let receipt = Receipt {
                load,
                card,
                verdict: Verdict::Applied,
                supersedes: None,
            };
            let source = &self.increment.pipeline;
            self.flow
                .tell(Event::Ended {
                    source,
                    outcome: &Outcome::Applied(receipt.clone()),
                })
                .await;
            self.advance.applied = Some(receipt);
            self.last = Some(entry);
        }
        step("watermark");
        ledger::watermark(&self.tx, &self.increment.pipeline, &inputs.snapshot).await?;
        let last = self
            .last
            .ok_or_else(|| Error::storage("a run without inputs has nothing to commit"))?;
        Ok((self.tx, self.advance, last))
    }

    async fn merge_rows(&mut self, sql: &MergeSql, load: LoadId) -> Result<()> {
        let doing = || {
            self.increment
                .doing("the merge failed; nothing is taken in")
        };
        self.tx
            .batch_execute(&format!("ANALYZE {INCREMENT}"))
            .await
            .doing(doing())?;
        let won = self
            .tx
            .execute_typed(&sql.merge, &[(&load.0, Type::INT8)])
            .await
            .doing(doing())?;
        let lost = self.card.accepted - won;
        let duplicates = match &sql.losers {
            Some(losers) if lost > 0 => {
                let counted = self.tx.query_typed(losers, &[]).await.doing(doing())?;
                counted.first().map_or(0, |row| row.get::<_, i64>(0)) as u64
            }
            _ => lost,
        };
        self.card.redrop("duplicate", duplicates);
        self.card.redrop("older", lost - duplicates);
        Ok(())
    }
}

impl Increment {
    async fn enter(&self, tx: &Transaction<'_>, source: &str) -> Result<Entry> {
        let key = LoadKey {
            source: source.to_owned(),
            sha256: None,
            rules: self.rules,
        };
        let entry = ledger::enter(tx, &self.into.dataset().to_string(), &key).await?;
        entry.ok_or_else(|| Error::storage(self.doing("its load was not entered into the ledger")))
    }
}

/// What one input came to, before its verdict.
#[derive(Default)]
struct Taken {
    card: Scorecard,
    held: Vec<ml_core::Held>,
}

/// A row as it came over the wire.
struct Wire<'r>(&'r Row);

impl RawFields for Wire<'_> {
    fn raw(&self, index: usize) -> Option<&[u8]> {
        self.0
            .try_get::<_, Option<Bytes<'_>>>(index)
            .ok()
            .flatten()
            .map(|Bytes(bytes)| bytes)
    }
}

/// The bytes of a field of any type.
struct Bytes<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Bytes<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Bytes(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

use chrono::{DateTime, Utc};
use ml_core::{Audit, Event, Flow, LoadId, Receipt, Record, Result, Scorecard, Stage, Verdict};
use tokio_postgres::Transaction;

use crate::audit::Sitting;
use crate::changes::Changes;
use crate::failure::Doing;
use crate::inputs::{self, Inputs};
use crate::ledger::{self, Entry};
use crate::merge::{INCREMENT, MergeSql};
use crate::reader::Reader;
use crate::retained::Retained;
use crate::step::step;
use crate::taken::Taken;
use crate::{Advance, Increment};

mod again;
mod grains;
mod merging;
mod reading;
mod retraction;
mod straight;

pub(crate) use merging::Merged;
use straight::Straight;

/// One run of an increment, on its way.
pub(crate) struct Pass<'a, S> {
    increment: &'a Increment,
    flow: &'a Flow,
    stage: &'a S,
    /// What rules about time call now.
    began: DateTime<Utc>,
    tx: Transaction<'a>,
    reader: Reader,
    copy: String,
    /// Where rows may go straight into the table.
    straight: Option<Straight>,
    /// Whether any row was staged.
    staged: bool,
    /// Those of the flow, after one that finds what the unique index could not hold.
    audits: Vec<Audit>,
    /// The load of the inputs that pass, entered when the first one does.
    entry: Option<Entry>,
    changes: Changes,
    card: Scorecard,
    kept: u64,
    taken: Vec<LoadId>,
    advance: Advance,
    held_sources: Vec<String>,
    last: Option<Entry>,
}

impl<'a, S> Pass<'a, S> {
    pub(crate) async fn open(
        increment: &'a Increment,
        flow: &'a Flow,
        stage: &'a S,
        tx: Transaction<'a>,
        sql: &MergeSql,
        inputs: &Inputs,
    ) -> Result<Self> {
        step("stage");
        tx.batch_execute(&sql.stage)
            .await
            .doing(increment.doing("cannot make the table of the increment"))?;
        let reader = Reader::prepare(&tx, increment, inputs).await?;
        reading::check_types(increment, reader.statement())?;
        Ok(Pass {
            increment,
            flow,
            stage,
            began: Utc::now(),
            tx,
            reader,
            copy: increment.into.copy_into(INCREMENT),
            straight: None,
            staged: false,
            audits: sql.oversized.iter().chain(flow.audits()).cloned().collect(),
            entry: None,
            changes: Changes::of(increment.into.dataset()),
            card: Scorecard::default(),
            kept: 0,
            taken: Vec::new(),
            advance: Advance::default(),
            held_sources: Vec::new(),
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
    pub(crate) async fn take<In>(&mut self, input: LoadId, source: &str, blank: &In) -> Result<()>
    where
        In: Record,
        S: Stage<In> + Sync,
        S::Out: Record,
    {
        self.flow.tell(Event::Begun { source }).await;
        step("input");
        self.reader.open(&self.tx, input).await?;
        self.sql("SAVEPOINT ml_input").await?;
        // rows that go straight into the table bear its number, and it goes with them
        let entered = match &self.straight {
            Some(_) if self.entry.is_none() => {
                self.entry = Some(self.enter().await?);
                true
            }
            _ => false,
        };
        let mut judged = Taken::default();
        self.stage.declare(&mut judged.card);
        self.read(input, source, blank, &mut judged).await?;
        if !self.flow.gate().is_doomed(&judged.card) {
            self.audit(input, &mut judged).await?;
        }
        match self.flow.gate().verdict(&judged.card) {
            Verdict::Applied => self.accept(input, judged).await,
            refused => {
                if entered {
                    self.entry = None;
                }
                self.hold(input, source, judged, refused).await
            }
        }
    }

    /// Enters the load of the inputs that pass.
    async fn enter(&self) -> Result<Entry> {
        let pipeline = &self.increment.pipeline;
        self.increment.enter(&self.tx, pipeline, self.flow).await
    }

    /// Judges what was staged of one input, and takes out what is held back.
    async fn audit(&self, input: LoadId, judged: &mut Taken) -> Result<()> {
        step("audit");
        let mut sitting = Sitting::open(&self.tx, &self.audits, INCREMENT, input).await?;
        step("hold_rows");
        while let Some(batch) = sitting.next(&self.tx).await? {
            judged.hold(batch);
        }
        sitting.audited().enter(&self.audits, &mut judged.card)
    }

    async fn accept(&mut self, input: LoadId, judged: Taken) -> Result<()> {
        self.sql("RELEASE SAVEPOINT ml_input").await?;
        let entry = match self.entry.take() {
            Some(entry) => entry,
            None => self.enter().await?,
        };
        self.kept += self.keep(&entry, &judged).await?;
        self.entry = Some(entry);
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
        let entry = self.increment.enter(&self.tx, source, self.flow).await?;
        let kept = self.keep(&entry, &judged).await?;
        ledger::close(&self.tx, entry.load(), &verdict, &judged.card, kept).await?;
        inputs::consume(
            &self.tx,
            &self.increment.pipeline,
            &[input],
            "held",
            entry.load(),
        )
        .await?;
        let receipt = Receipt {
            load: entry.load(),
            card: judged.card,
            verdict,
            supersedes: None,
        };
        self.held_sources.push(source.to_owned());
        self.advance.held.push(receipt);
        self.last = Some(entry);
        Ok(())
    }

    /// Writes the quarantine of one input; answers how many records are kept.
    async fn keep(&self, entry: &Entry, judged: &Taken) -> Result<u64> {
        let mut quarantine = Retained::of(entry);
        for held in &judged.held {
            quarantine.push(held, None)?;
            if quarantine.is_full() {
                quarantine.flush(&self.tx).await?;
            }
        }
        quarantine.flush(&self.tx).await?;
        Ok(quarantine.kept())
    }
}

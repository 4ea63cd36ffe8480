//! Reading an input, judging its records, and writing those that go on.

use futures_util::future::try_join;
use ml_core::{
    Change, Encoded, Error, Event, FieldError, Judged, LoadId, Located, Position, Record, Report,
    Result, Stage,
};
use tokio_postgres::{Row, Statement};

use super::Pass;
use super::straight::{Parted, Straight};
use crate::Increment;
use crate::copy::Copy;
use crate::step::step;
use crate::taken::Taken;
use crate::wire::Wire;

/// Records that are judged before the connection has its turn: about half a millisecond.
const SLICE: usize = 256;

/// What is to be written of a batch.
#[derive(Default)]
struct Ready {
    rows: Parted,
    changes: Vec<Located<Change>>,
}

impl<S> Pass<'_, S> {
    /// Takes the records of an input through the stage. While a batch is judged the server takes the one before it in,
    /// and sends the next one.
    pub(super) async fn read<In>(
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
        let (increment, stage, began) = (self.increment, self.stage, self.began);
        let mut ready = Ready::default();
        let mut rows = self.fetch(input).await?;
        while !rows.is_empty() {
            let mut batch = Judged {
                rows: self.part(),
                ..Judged::default()
            };
            let judging = async {
                let mut report = Report::at(began);
                for slice in rows.chunks(SLICE) {
                    let records = slice.iter().map(|row| increment.decode(row, input, blank));
                    let records = records.collect::<Result<Vec<_>>>()?;
                    batch.take(stage, records, &mut report);
                    tokio::task::yield_now().await;
                }
                Ok(batch)
            };
            let moving = async {
                self.write(ready).await?;
                self.fetch(input).await
            };
            let (next, batch) = try_join(moving, judging).await?;
            rows = next;
            ready = self.count(source, batch, judged).await;
        }
        self.write(ready).await
    }

    /// The next rows of an input.
    async fn fetch(&mut self, input: LoadId) -> Result<Vec<Row>> {
        step("fetch");
        let most = self.increment.batch;
        self.reader.next(&self.tx, input, most).await
    }

    /// What is to take the rows of the next batch.
    fn part(&mut self) -> Parted {
        match (&mut self.straight, &self.entry) {
            (Some(straight), Some(entry)) => straight.part(entry.load()),
            _ => Parted::default(),
        }
    }

    /// Counts what became of a batch; answers what of it is to be written.
    async fn count(&mut self, source: &str, batch: Judged<Parted>, judged: &mut Taken) -> Ready {
        let Judged {
            mut rows,
            held,
            card,
            changes,
        } = batch;
        if let Some(straight) = &mut self.straight {
            straight.learn(&mut rows);
        }
        let event = Event::Judged {
            source,
            card: &card,
            progress: None,
        };
        self.flow.tell(event).await;
        judged.card += &card;
        judged.hold(held);
        match self.flow.gate().is_doomed(&judged.card) {
            true => Ready::default(),
            false => Ready { rows, changes },
        }
    }

    async fn write(&mut self, ready: Ready) -> Result<()> {
        let Parted {
            straight, staged, ..
        } = ready.rows;
        if straight.is_empty() && staged.is_empty() {
            return Ok(());
        }
        step("stage_rows");
        if let Some(Straight { copy, .. }) = &self.straight {
            self.copy(copy, straight).await?;
        }
        self.staged |= !staged.is_empty();
        self.copy(&self.copy, staged).await?;
        step("changes");
        self.changes.push(&ready.changes);
        self.changes.flush(&self.tx).await
    }

    async fn copy(&self, statement: &str, rows: Encoded) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let what = "the server refused rows; nothing is taken in";
        let what = self.increment.doing(what);
        Copy::whole(&self.tx, statement, what, rows.into_pieces()).await
    }
}

impl Increment {
    /// Reads one row of an input.
    pub(super) fn decode<In: Record>(
        &self,
        row: &Row,
        input: LoadId,
        blank: &In,
    ) -> Result<Located<In>> {
        let wire = Wire(row);
        let record_no = wire.int8(row.len() - 1);
        let at = Position::new(input, record_no as u64);
        let mut record = blank.clone();
        match record.read_from(&wire) {
            Ok(()) => Ok(Located { at, record }),
            Err(FieldError { ordinal, .. }) => {
                let (dataset, column) = (&self.from.dataset, &self.from.columns[ordinal].name);
                let what = format!(
                    "{dataset}, load {input}, {at}: column {column} does not hold what its contract says"
                );
                Err(Error::contract(what))
            }
        }
    }
}

/// Binary values are read by the contract's types, so the table must have these.
pub(super) fn check_types(increment: &Increment, select: &Statement) -> Result<()> {
    let mut columns = increment.from.columns.iter().zip(select.columns());
    match columns.find(|(column, live)| *live.type_() != column.ty.wire()) {
        Some((column, live)) => Err(Error::contract(format!(
            "{}: column {} is {}, its contract says {}",
            increment.from.dataset,
            column.name,
            live.type_(),
            column.ty
        ))),
        None => Ok(()),
    }
}

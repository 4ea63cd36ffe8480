use ml_core::{Chunk, Contract, Fingerprint, Judged, LoadId, Position, Record, Result, Scorecard};
use ml_quality::{Judge, Profile};

use crate::Form;
use crate::content::Bytes;
use crate::csv_records::CsvRecords;
use crate::json_records::JsonRecords;
use crate::limits::Limits;
use crate::reading::{Origin, Reading};
use crate::splitter::Splitter;

/// A source that is being read, in either form.
pub(crate) enum Open<R> {
    Csv(Box<Reading<R, CsvRecords>>),
    Ndjson(Box<Reading<R, JsonRecords>>),
}

impl<R: Record> Open<R> {
    /// Reads what stands before the records of `text`, and finds the columns of the contract in it.
    pub(crate) async fn new(
        form: Form,
        text: Bytes,
        origin: Origin,
        under: (&Contract, R),
        limits: Limits,
    ) -> Result<Self> {
        Ok(match form {
            Form::Csv(dialect) => {
                let records = CsvRecords::new(text, dialect, limits);
                Open::Csv(Box::new(
                    Reading::open(records, origin, under, limits).await?,
                ))
            }
            Form::Ndjson(ndjson) => {
                let records = JsonRecords::new(text, ndjson, limits);
                Open::Ndjson(Box::new(
                    Reading::open(records, origin, under, limits).await?,
                ))
            }
        })
    }

    /// The same source, whose records `profile` sees.
    pub(crate) fn profiled(mut self, profile: Option<Profile>) -> Self {
        match &mut self {
            Open::Csv(reading) => reading.profile = profile,
            Open::Ndjson(reading) => reading.profile = profile,
        }
        self
    }

    /// The header as it is written, empty where there is none.
    pub(crate) fn header(&self) -> &str {
        match self {
            Open::Csv(reading) => reading.splitter().header(),
            Open::Ndjson(reading) => reading.splitter().header(),
        }
    }

    /// Names the rules of the reader.
    pub(crate) fn declare(&self, card: &mut Scorecard) {
        match self {
            Open::Csv(reading) => reading.declare(card),
            Open::Ndjson(reading) => reading.declare(card),
        }
    }

    /// Judges a record that stands alone, as one of this source at this position.
    pub(crate) async fn alone<B: Chunk<R>>(
        &mut self,
        bytes: &[u8],
        at: Position,
        judge: &Judge<R>,
        chunk: &mut Judged<B>,
    ) -> Result<()> {
        match self {
            Open::Csv(reading) => reading.alone(bytes, at, judge, chunk).await,
            Open::Ndjson(reading) => reading.alone(bytes, at, judge, chunk).await,
        }
    }

    /// The next chunk of at most so many records; `None` at the end.
    pub(crate) async fn chunk<B: Chunk<R>>(
        &mut self,
        load: LoadId,
        judge: &Judge<R>,
        most: u64,
    ) -> Result<Option<Judged<B>>> {
        match self {
            Open::Csv(reading) => reading.chunk(load, judge, most).await,
            Open::Ndjson(reading) => reading.chunk(load, judge, most).await,
        }
    }

    /// The hash of bytes that are read only once, when all of them were.
    pub(crate) fn content(&self) -> Option<Fingerprint> {
        match self {
            Open::Csv(reading) => reading.content(),
            Open::Ndjson(reading) => reading.content(),
        }
    }

    /// Where the text comes from.
    pub(crate) fn origin(&self) -> &Origin {
        match self {
            Open::Csv(reading) => reading.origin(),
            Open::Ndjson(reading) => reading.origin(),
        }
    }

    /// What was seen of its records.
    pub(crate) fn profile(&self) -> Option<&Profile> {
        match self {
            Open::Csv(reading) => reading.profile(),
            Open::Ndjson(reading) => reading.profile(),
        }
    }
}

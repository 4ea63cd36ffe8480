use ml_core::{Chunk, Fingerprint, Judged, LoadId, Record, Result};
use ml_quality::{Judge, Profile};

use crate::csv_records::CsvRecords;
use crate::json_records::JsonRecords;
use crate::reading::{Origin, Reading};

/// A source that is being read, in either form.
pub(crate) enum Open<R> {
    Csv(Box<Reading<R, CsvRecords>>),
    Ndjson(Box<Reading<R, JsonRecords>>),
}

impl<R: Record> Open<R> {
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

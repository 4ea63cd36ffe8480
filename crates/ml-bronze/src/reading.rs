use std::io;

use csv_async::{AsyncReader, AsyncReaderBuilder, ByteRecord};
use memchr::{memchr, memchr_iter};
use ml_core::{
    Chunk, Contract, Error, Fault, FieldError, Fingerprint, Held, Judged, LoadId, Position,
    RawFields, Record, Report, Result, Scorecard, Settled, Violation,
};
use ml_quality::Judge;
use tokio::io::AsyncRead;

use crate::frame::Frame;
use crate::header::{self, Header};
use crate::limits::Limits;
use crate::quoting::COMMA;
use crate::window::Window;
use crate::{fault, quoting};

/// A source that is open, and how far it was read.
pub(crate) struct Reading<R, F> {
    csv: AsyncReader<Window<F>>,
    limits: Limits,
    /// What messages call it.
    name: String,
    sha256: Fingerprint,
    header: Header,
    fields: ByteRecord,
    record: R,
    bad: Vec<FieldError>,
    report: Report,
    records: u64,
    progress: Progress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// The rules are not declared yet.
    Opened,
    Going,
    Ended,
}

/// The fields of a record without quotes.
fn cut(raw: &[u8], fields: &mut ByteRecord) {
    fields.clear();
    let mut start = 0;
    for comma in memchr_iter(COMMA, raw) {
        fields.push_field(&raw[start..comma]);
        start = comma + 1;
    }
    fields.push_field(&raw[start..]);
}

/// The fields of a record, for the decoder.
struct Fields<'a> {
    record: &'a ByteRecord,
    /// All of them, one after the other, when they are text without NUL.
    text: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn of(record: &'a ByteRecord) -> Self {
        let bytes = record.as_slice();
        let text = std::str::from_utf8(bytes).ok();
        Fields {
            record,
            text: text.filter(|_| memchr(0, bytes).is_none()),
        }
    }
}

impl RawFields for Fields<'_> {
    #[inline]
    fn raw(&self, index: usize) -> Option<&[u8]> {
        self.record.get(index)
    }

    /// Bytes that are text together need not be so apart: a character may have been cut in two.
    #[inline]
    fn text(&self, index: usize) -> Option<&str> {
        self.text?.get(self.record.range(index)?)
    }
}

impl<R: Record, F: AsyncRead + Unpin + Send> Reading<R, F> {
    /// Reads the header of `file`, whose content had this hash, and finds the columns of `contract` in it.
    pub(crate) async fn open(
        (file, sha256): (F, Fingerprint),
        name: String,
        (contract, blank): (&Contract, R),
        limits: Limits,
    ) -> Result<Self> {
        let csv = AsyncReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(limits.buffer)
            .create_reader(Window::new(file, limits));
        let mut reading = Reading {
            csv,
            limits,
            name,
            sha256,
            header: Header {
                map: Vec::new(),
                width: 0,
            },
            fields: ByteRecord::new(),
            record: blank,
            bad: Vec::new(),
            report: Report::default(),
            records: 0,
            progress: Progress::Opened,
        };
        reading.header = reading.read_header(contract).await?;
        Ok(reading)
    }

    async fn read_header(&mut self, contract: &Contract) -> Result<Header> {
        let Some(frame) = self.advance().await? else {
            let what = "has only blank lines; expected a header with the names of the columns";
            return Err(Error::source(format!("{} {what}", self.name)));
        };
        let refused = |byte: u64, what: String| {
            let (name, line) = (&self.name, frame.line);
            Error::contract(format!("{name}, line {line}, byte {byte}: {what}"))
        };
        header::text(self.csv.get_ref().raw()).map_err(|(at, found)| {
            let what =
                format!("expected a header in UTF-8, found {found}: save the file as CSV in UTF-8");
            refused(frame.byte + at as u64, what)
        })?;
        if let Some(broken) = frame.broken {
            let fault = fault::broken(broken, frame.byte, &self.limits);
            let what = format!(
                "broken header: expected {}, found {}",
                fault.expected, fault.found
            );
            return Err(refused(frame.byte, what));
        }
        self.split().await?;
        Header::of(&self.fields, contract).map_err(|what| {
            let (name, line) = (&self.name, frame.line);
            Error::contract(format!("{name}, line {line}: {what}"))
        })
    }

    /// The next chunk of at most so many records; `None` at the end.
    pub(crate) async fn chunk<B: Chunk<R>>(
        &mut self,
        load: LoadId,
        judge: &Judge<R>,
        most: u64,
    ) -> Result<Option<Judged<B>>> {
        if self.progress == Progress::Ended {
            return Ok(None);
        }
        let mut chunk = Judged::<B>::default();
        let is_first = self.progress == Progress::Opened;
        if is_first {
            self.declare(judge, &mut chunk.card);
        }
        let (from, start) = (self.records, self.csv.get_ref().offset());
        while self.records - from < most && self.csv.get_ref().offset() - start < self.limits.chunk
        {
            let Some(frame) = self.advance().await? else {
                self.end()?;
                break;
            };
            self.take(frame, load, judge, &mut chunk).await?;
        }
        if self.records == from && !is_first {
            return Ok(None);
        }
        chunk.card += &self.report.take_card();
        Ok(Some(chunk))
    }

    fn declare(&mut self, judge: &Judge<R>, card: &mut Scorecard) {
        *card = judge.card();
        fault::declare(self.record.columns(), card);
        self.progress = Progress::Going;
    }

    async fn take<B: Chunk<R>>(
        &mut self,
        frame: Frame,
        load: LoadId,
        judge: &Judge<R>,
        chunk: &mut Judged<B>,
    ) -> Result<()> {
        match self.fault(&frame).await? {
            Some(fault) => self.report.violate(fault),
            None => {
                self.decode(&frame);
                judge.judge(&self.record, &self.bad, &mut self.report);
            }
        }
        self.records += 1;
        let at = Position {
            load,
            record: self.records,
            line: Some(frame.line),
            byte: Some(frame.byte),
        };
        match self.report.settle(true) {
            Settled::Accepted => chunk.rows.push(&self.record, at),
            Settled::Held(violations) => chunk.held.push(self.held(&frame, at, violations)),
            // neither the reader nor a rule drops records
            Settled::Dropped => {}
        }
        Ok(())
    }

    /// Splits the record into its fields, unless it cannot be: such a record has this one fault.
    async fn fault(&mut self, frame: &Frame) -> Result<Option<Violation>> {
        if let Some(broken) = frame.broken {
            return Ok(Some(fault::broken(broken, frame.byte, &self.limits)));
        }
        if self.csv.get_ref().starts_with_mark() {
            return Ok(Some(fault::mark()));
        }
        self.split().await?;
        let (expected, found) = (self.header.width, self.fields.len());
        if found != expected {
            return Ok(Some(fault::width(expected, found)));
        }
        if frame.len <= self.limits.field as u64 {
            return Ok(None);
        }
        let longest = self.fields.iter().map(<[u8]>::len).max().unwrap_or(0);
        Ok((longest > self.limits.field).then(|| fault::field_size(longest, &self.limits)))
    }

    #[inline]
    fn decode(&mut self, frame: &Frame) {
        self.bad.clear();
        let (fields, map) = (Fields::of(&self.fields), &self.header.map);
        self.record.decode_into(&fields, map, &mut self.bad);
        for at in 0..self.bad.len() {
            let violation = self.explain(self.bad[at], frame);
            self.report.violate(violation);
        }
    }

    #[cold]
    fn explain(&self, bad: FieldError, frame: &Frame) -> Violation {
        let index = self.header.map[bad.ordinal];
        let bytes = index
            .and_then(|index| self.fields.get(index))
            .unwrap_or_default();
        let offset = match bad.fault {
            Fault::Utf8(offset) => offset,
            Fault::Nul => memchr(0, bytes).unwrap_or(0),
            Fault::Malformed(_) => 0,
        };
        let raw = self.csv.get_ref().raw();
        let within = index.map_or(0, |index| quoting::locate(raw, index, offset));
        let column = &self.record.columns()[bad.ordinal];
        fault::field(column, bad.fault, bytes, frame.byte + within as u64)
    }

    fn held(&self, frame: &Frame, at: Position, violations: Vec<Violation>) -> Held {
        let raw = self.csv.get_ref().raw();
        Held {
            at,
            raw: raw[..raw.len().min(self.limits.raw)].to_vec(),
            raw_len: frame.len,
            violations,
        }
    }

    async fn advance(&mut self) -> Result<Option<Frame>> {
        let advanced = self.csv.get_mut().advance().await;
        advanced.map_err(|cause| self.unreadable(cause))
    }

    /// Without a quote, commas are all there is to a record: csv-async, which looks at every byte, takes five times
    /// as long to find them.
    async fn split(&mut self) -> Result<()> {
        let window = self.csv.get_ref();
        if !window.is_quoted() {
            cut(window.raw(), &mut self.fields);
            return Ok(());
        }
        match self.csv.read_byte_record(&mut self.fields).await {
            Ok(true) => Ok(()),
            // a sound record has a byte at least, and the window itself does not fail
            Ok(false) => Err(self.unreadable(io::ErrorKind::UnexpectedEof.into())),
            Err(cause) => Err(self.unreadable(io::Error::other(cause))),
        }
    }

    #[cold]
    fn unreadable(&self, cause: io::Error) -> Error {
        let (name, records) = (&self.name, self.records);
        Error::source(format!(
            "cannot go on reading {name} after {records} records: load it again"
        ))
        .because(cause)
    }

    /// Nothing is to be loaded under the hash of another content.
    fn end(&mut self) -> Result<()> {
        self.progress = Progress::Ended;
        if self.csv.get_ref().fingerprint() == self.sha256 {
            return Ok(());
        }
        let name = &self.name;
        Err(Error::source(format!(
            "{name} changed while it was read: load it again when it is complete"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_record_without_quotes_is_cut_as_csv_async_cuts_it(raw in "[a-c, ü\\\\']{1,20}") {
            let (mut ours, mut theirs) = (ByteRecord::new(), ByteRecord::new());
            cut(raw.as_bytes(), &mut ours);
            let mut csv = AsyncReaderBuilder::new();
            let mut csv = csv.has_headers(false).create_reader(raw.as_bytes());
            crate::laws::run(async { assert!(csv.read_byte_record(&mut theirs).await.unwrap()) });
            prop_assert_eq!(ours.iter().collect::<Vec<_>>(), theirs.iter().collect::<Vec<_>>());
        }
    }
}

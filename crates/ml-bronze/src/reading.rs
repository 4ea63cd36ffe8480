use std::io;

use memchr::memchr;
use ml_core::{
    Chunk, Contract, Error, Fault, FieldError, Fingerprint, Held, Judged, LoadId, MOST_TUPLE_BYTES,
    Position, Progress, RawFields, Record, Report, Result, Scorecard, Settled, Violation,
    can_be_too_large, least_tuple_bytes,
};
use ml_quality::{Judge, Profile};

use crate::fault;
use crate::frame::Frame;
use crate::limits::Limits;
use crate::received::Received;
use crate::splitter::Splitter;

mod alone;

/// A source that is open, and how far it was read.
pub(crate) struct Reading<R, S> {
    splitter: S,
    limits: Limits,
    origin: Origin,
    record: R,
    bad: Vec<FieldError>,
    report: Report,
    /// One that sees its records, where one is to.
    pub(crate) profile: Option<Profile>,
    records: u64,
    phase: Phase,
}

/// Where the text comes from.
pub(crate) struct Origin {
    /// What messages call it.
    pub(crate) name: String,
    /// The hash that its bytes had before they were read.
    pub(crate) sha256: Option<Fingerprint>,
    /// The bytes as they come.
    pub(crate) received: Received,
    /// How many there are, where that is known.
    pub(crate) length: Option<u64>,
}

impl Origin {
    pub(crate) fn progress(&self) -> Progress {
        Progress {
            read: self.received.bytes(),
            total: self.length,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The rules are not declared yet.
    Opened,
    Going,
    Ended,
}

impl<R: Record, S: Splitter> Reading<R, S> {
    /// Reads what stands before the records, and finds the columns of `contract` in it.
    pub(crate) async fn open(
        mut splitter: S,
        origin: Origin,
        (contract, blank): (&Contract, R),
        limits: Limits,
    ) -> Result<Self> {
        splitter.open(contract, &origin.name).await?;
        Ok(Reading {
            splitter,
            limits,
            origin,
            record: blank,
            bad: Vec::new(),
            report: Report::default(),
            profile: None,
            records: 0,
            phase: Phase::Opened,
        })
    }

    /// What was seen of its records.
    pub(crate) fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref()
    }

    /// Where the text comes from.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The hash of bytes that are read only once, when all of them were.
    pub(crate) fn content(&self) -> Option<Fingerprint> {
        let is_known_now = self.phase == Phase::Ended && self.origin.sha256.is_none();
        is_known_now.then(|| self.origin.received.fingerprint())
    }

    /// What tells its fields apart.
    pub(crate) fn splitter(&self) -> &S {
        &self.splitter
    }

    /// The next chunk of at most so many records; `None` at the end.
    pub(crate) async fn chunk<B: Chunk<R>>(
        &mut self,
        load: LoadId,
        judge: &Judge<R>,
        most: u64,
    ) -> Result<Option<Judged<B>>> {
        if self.phase == Phase::Ended {
            return Ok(None);
        }
        let mut chunk = Judged::<B>::default();
        let is_first = self.phase == Phase::Opened;
        if is_first {
            chunk.card = judge.card();
            self.declare(&mut chunk.card);
            self.phase = Phase::Going;
        }
        let (from, start) = (self.records, self.splitter.window().offset());
        while self.records - from < most
            && self.splitter.window().offset() - start < self.limits.chunk
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

    /// Names the rules of the reader.
    pub(crate) fn declare(&self, card: &mut Scorecard) {
        fault::declare(S::RULES, self.record.columns(), card);
    }

    async fn take<B: Chunk<R>>(
        &mut self,
        frame: Frame,
        load: LoadId,
        judge: &Judge<R>,
        chunk: &mut Judged<B>,
    ) -> Result<()> {
        self.weigh(&frame, judge).await?;
        self.records += 1;
        let at = Position {
            load,
            record: self.records,
            line: Some(frame.line),
            byte: Some(frame.byte),
        };
        let settled = self.report.settle(true);
        let raw = (self.splitter.window().raw(), frame.len);
        enter(settled, (&self.record, at), raw, &self.limits, chunk);
        Ok(())
    }

    /// Decodes the current record and judges it, unless it has a fault.
    async fn weigh(&mut self, frame: &Frame, judge: &Judge<R>) -> Result<()> {
        match self.fault(frame).await? {
            Some(fault) => self.report.violate(fault),
            None => {
                self.decode(frame);
                if let Some(profile) = &mut self.profile {
                    profile.see(&self.record, &self.bad);
                }
                judge.judge(&self.record, &self.bad, &mut self.report);
            }
        }
        Ok(())
    }

    async fn fault(&mut self, frame: &Frame) -> Result<Option<Violation>> {
        if let Some(broken) = frame.broken {
            let fault = fault::broken(broken, frame.byte, S::SIZE, &self.limits);
            return Ok(Some(fault));
        }
        let split = self.splitter.split(frame, self.records + 1).await;
        split.map_err(|cause| self.unreadable(cause))
    }

    #[inline]
    fn decode(&mut self, frame: &Frame) {
        self.bad.clear();
        let (fields, map) = (self.splitter.fields(), self.splitter.map());
        self.record.decode_into(&fields, map, &mut self.bad);
        for at in 0..self.bad.len() {
            let violation = self.explain(self.bad[at], frame);
            self.report.violate(violation);
        }
        if self.bad.is_empty() && can_be_too_large(self.record.columns().len()) {
            self.measure();
        }
    }

    /// Of few columns the rows fit, whatever is in them; of many they are asked.
    #[inline(never)]
    fn measure(&mut self) {
        let bytes = least_tuple_bytes(&self.record);
        if bytes > MOST_TUPLE_BYTES {
            self.report.violate(fault::row(bytes));
        }
    }

    #[cold]
    fn explain(&self, bad: FieldError, frame: &Frame) -> Violation {
        let (fields, index) = (self.splitter.fields(), self.splitter.map()[bad.ordinal]);
        let bytes = index.and_then(|index| fields.raw(index));
        let offset = match bad.fault {
            Fault::Utf8(offset) => offset,
            Fault::Nul => bytes.and_then(|bytes| memchr(0, bytes)).unwrap_or(0),
            Fault::Malformed(_) => 0,
        };
        let within = index.map_or(0, |index| self.splitter.locate(index, offset));
        let column = &self.record.columns()[bad.ordinal];
        fault::field(column, bad.fault, bytes, frame.byte + within as u64)
    }

    async fn advance(&mut self) -> Result<Option<Frame>> {
        let advanced = self.splitter.window_mut().advance().await;
        advanced.map_err(|cause| self.unreadable(cause))
    }

    #[cold]
    fn unreadable(&self, cause: io::Error) -> Error {
        fault::unreadable(&self.origin.name, self.records, cause)
    }

    /// Nothing is to be loaded under the hash of another content.
    fn end(&mut self) -> Result<()> {
        self.phase = Phase::Ended;
        let read = self.origin.received.fingerprint();
        if self.origin.sha256.is_none_or(|known| known == read) {
            return Ok(());
        }
        let name = &self.origin.name;
        Err(Error::source(format!(
            "{name} changed while it was read: load it again when it is complete"
        )))
    }
}

/// Enters a record that is judged into its chunk; of one held back its bytes, or the first of them, and how many there are.
#[inline]
pub(crate) fn enter<R: Record, B: Chunk<R>>(
    settled: Settled,
    (record, at): (&R, Position),
    (raw, raw_len): (&[u8], u64),
    limits: &Limits,
    chunk: &mut Judged<B>,
) {
    match settled {
        Settled::Accepted => chunk.rows.push(record, at),
        Settled::Held(violations) => chunk.held.push(Held {
            at,
            raw: raw[..raw.len().min(limits.raw)].to_vec(),
            raw_len,
            violations,
        }),
        // neither a reader nor a rule drops records
        Settled::Dropped => {}
    }
}

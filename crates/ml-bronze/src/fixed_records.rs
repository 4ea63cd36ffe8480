use std::fmt;
use std::io;
use std::sync::Arc;

use ml_core::{
    Chunk, Contract, Feed, FieldError, Fixed, Judged, LoadId, LoadKey, Position, RawFields, Record,
    Report, Result, Shape, Typed, Violation,
};
use ml_quality::Judge;

use crate::limits::Limits;
use crate::open::Open;
use crate::reading::{Origin, enter};
use crate::received::Received;
use crate::row_json::{JSON, RowJson};
use crate::shape::Alone;
use crate::{fault, rules, shape};

/// A feed over records of the quarantine that were put right: decoded as their source was, judged by the rules of today.
///
/// Its records are numbered from 1 in the order given. The bytes of a record with a shape are one record of a source
/// in its form, with the header it had: held back by the rules of [`CsvFile`](crate::CsvFile) or
/// [`NdjsonFile`](crate::NdjsonFile) if it still is none, and by `record.alone` if it is several, or nothing; bytes
/// that a violation names are counted from the record's start. They are in UTF-8, whatever the source was in. Those of
/// a record without a shape are the row as a JSON object by column name, and what is none is held back by `row.json`.
pub struct FixedRecords<R> {
    name: String,
    fixed: Vec<Fixed>,
    contract: Arc<Contract>,
    judge: Judge<R>,
    record: R,
    limits: Limits,
    /// Of every shape a source that goes on in record after record.
    sources: Vec<(Shape, Open<R>)>,
    bad: Vec<FieldError>,
    report: Report,
    read: usize,
    chunk: usize,
}

impl<R: Typed> FixedRecords<R> {
    /// A feed over `fixed`, judged by `judge`.
    pub fn new(fixed: Vec<Fixed>, judge: Judge<R>) -> Self {
        let contract = Contract::declared::<R>();
        FixedRecords::with_contract(fixed, Arc::new(contract), R::blank(), judge)
    }
}

impl<R: Record> FixedRecords<R> {
    /// A feed over records whose columns are known at run time; `blank` is a record under the same contract.
    pub fn with_contract(
        fixed: Vec<Fixed>,
        contract: Arc<Contract>,
        blank: R,
        judge: Judge<R>,
    ) -> Self {
        FixedRecords {
            name: format!("quarantine of {}", contract.dataset),
            fixed,
            contract,
            judge,
            record: blank,
            limits: Limits::default(),
            sources: Vec::new(),
            bad: Vec::new(),
            report: Report::default(),
            read: 0,
            chunk: 10_000,
        }
    }

    /// The same feed in chunks of so many records, at least one.
    pub fn chunk(mut self, records: usize) -> Self {
        self.chunk = records.max(1);
        self
    }

    /// The same feed under other limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Opens every shape, so that a header that is not what the contract asks for is found before a load begins.
    async fn open_shapes(&mut self) -> Result<()> {
        for shape in self.fixed.iter().filter_map(|fixed| fixed.shape.as_ref()) {
            if self.sources.iter().any(|(known, _)| known == shape) {
                continue;
            }
            let Alone { form, header } = shape::read(shape, &self.contract)?;
            let origin = Origin {
                name: format!("the {}", self.name),
                sha256: None,
                received: Received::default(),
                length: None,
            };
            let text = Box::new(io::Cursor::new(header.into_bytes()));
            let under = (&*self.contract, self.record.clone());
            let source = Open::new(form, text, origin, under, self.limits).await?;
            self.sources.push((shape.clone(), source));
        }
        Ok(())
    }

    fn declare<B>(&self, chunk: &mut Judged<B>) {
        chunk.card = self.judge.card();
        fault::declare(
            &[fault::ALONE, JSON],
            self.record.columns(),
            &mut chunk.card,
        );
        for (_, source) in &self.sources {
            source.declare(&mut chunk.card);
        }
    }

    async fn take<B: Chunk<R>>(
        &mut self,
        nth: usize,
        load: LoadId,
        chunk: &mut Judged<B>,
    ) -> Result<()> {
        let Fixed { bytes, shape } = &self.fixed[nth];
        let at = Position::new(load, nth as u64 + 1);
        let known = |(known, _): &&mut (Shape, Open<R>)| shape.as_ref() == Some(known);
        match self.sources.iter_mut().find(known) {
            Some((_, source)) => source.alone(bytes, at, &self.judge, chunk).await,
            None => {
                self.take_row(nth, at, chunk);
                Ok(())
            }
        }
    }

    fn take_row<B: Chunk<R>>(&mut self, nth: usize, at: Position, chunk: &mut Judged<B>) {
        match self.decode_row(nth) {
            Ok(()) => self.judge.judge(&self.record, &self.bad, &mut self.report),
            Err(violation) => self.report.violate(violation),
        }
        let (settled, bytes) = (self.report.settle(true), &self.fixed[nth].bytes);
        let raw = (bytes.as_slice(), bytes.len() as u64);
        enter(settled, (&self.record, at), raw, &self.limits, chunk);
    }

    fn decode_row(&mut self, nth: usize) -> Result<(), Violation> {
        self.bad.clear();
        let (record, bad) = (&mut self.record, &mut self.bad);
        let row = RowJson::of(&self.fixed[nth].bytes, record.columns())?;
        let map: Vec<_> = (0..record.columns().len()).map(Some).collect();
        record.decode_into(&row, &map, bad);
        for bad in bad.iter() {
            let column = &record.columns()[bad.ordinal];
            let violation = fault::field(column, bad.fault, row.raw(bad.ordinal), 0);
            self.report.violate(violation);
        }
        Ok(())
    }
}

impl<R: Record, B: Chunk<R>> Feed<B> for FixedRecords<R> {
    fn source(&self) -> &str {
        &self.name
    }

    /// Without a hash: what makes it the same load again is which records it is of, and the quarantine knows.
    async fn open(&mut self) -> Result<LoadKey> {
        (self.read, self.report) = (0, Report::default());
        self.open_shapes().await?;
        Ok(LoadKey {
            source: self.name.clone(),
            sha256: None,
            rules: rules::fingerprint(&self.contract, &self.judge, ())?,
        })
    }

    async fn next(&mut self, load: LoadId) -> Result<Option<Judged<B>>> {
        let from = self.read;
        let until = self.fixed.len().min(from + self.chunk);
        if from == until {
            return Ok(None);
        }
        let mut chunk = Judged::<B>::default();
        if from == 0 {
            self.declare(&mut chunk);
        }
        for nth in from..until {
            self.take(nth, load, &mut chunk).await?;
        }
        self.read = until;
        chunk.card += &self.report.take_card();
        Ok(Some(chunk))
    }
}

/// Without the records: they may be personal.
impl<R> fmt::Debug for FixedRecords<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedRecords")
            .field("name", &self.name)
            .field("records", &self.fixed.len())
            .field("chunk", &self.chunk)
            .finish_non_exhaustive()
    }
}

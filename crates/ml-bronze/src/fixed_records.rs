use std::fmt;
use std::sync::Arc;

use ml_core::{
    Action, Chunk, Contract, Dimension, Feed, FieldError, Fixed, Held, Judged, LoadId, LoadKey,
    Position, RawFields, Record, Report, Result, RuleCount, Scorecard, Settled, Shape, Typed,
    Violation,
};
use ml_quality::Judge;

use crate::header::Header;
use crate::limits::Limits;
use crate::row_json::{JSON, RowJson};
use crate::{fault, one_record, rules, shape};

/// A feed over records of the quarantine that were put right: decoded as their file was, judged by the rules of today.
///
/// Its records are numbered from 1 in the order given. The bytes of a record with a shape are one record of a CSV
/// file with the header it had, held back by the rules of [`CsvFile`](crate::CsvFile) if it still is none; bytes that
/// a violation names are counted from the record's start. Those of a record without a shape are the row as a JSON
/// object by column name, and what is none is held back by `row.json`.
pub struct FixedRecords<R> {
    name: String,
    fixed: Vec<Fixed>,
    contract: Arc<Contract>,
    judge: Judge<R>,
    record: R,
    limits: Limits,
    headers: Vec<(Shape, Header)>,
    bad: Vec<FieldError>,
    report: Report,
    read: usize,
    chunk: usize,
}

impl<R: Typed> FixedRecords<R> {
    /// A feed over `fixed`, judged by `judge`.
    pub fn new(fixed: Vec<Fixed>, judge: Judge<R>) -> Self {
        let contract = Contract {
            dataset: R::DATASET,
            columns: R::COLUMNS.to_vec(),
            grain: R::GRAIN.iter().map(ToString::to_string).collect(),
        };
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
            headers: Vec::new(),
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

    /// The header of every shape, so that one that is not what the contract asks for is found before a load begins.
    fn read_headers(&mut self) -> Result<()> {
        for shape in self.fixed.iter().filter_map(|fixed| fixed.shape.as_ref()) {
            if self.headers.iter().all(|(known, _)| known != shape) {
                let header = shape::header(shape, &self.contract)?;
                self.headers.push((shape.clone(), header));
            }
        }
        Ok(())
    }

    fn declare(&self, card: &mut Scorecard) {
        *card = self.judge.card();
        fault::declare(self.record.columns(), card);
        let count = RuleCount::of(Action::Quarantine).dimension(Dimension::Validity);
        card.declare(JSON, count);
    }

    async fn take<B: Chunk<R>>(&mut self, nth: usize, load: LoadId, chunk: &mut Judged<B>) {
        match self.decode(nth).await {
            Ok(()) => self.judge.judge(&self.record, &self.bad, &mut self.report),
            Err(violation) => self.report.violate(violation),
        }
        let at = Position::new(load, nth as u64 + 1);
        match self.report.settle(true) {
            Settled::Accepted => chunk.rows.push(&self.record, at),
            Settled::Held(violations) => chunk.held.push(self.held(nth, at, violations)),
            // no rule drops records
            Settled::Dropped => {}
        }
    }

    /// Reads one record, unless it cannot be: such a record has this one fault.
    async fn decode(&mut self, nth: usize) -> Result<(), Violation> {
        self.bad.clear();
        let Fixed { bytes, shape } = &self.fixed[nth];
        let (record, bad) = (&mut self.record, &mut self.bad);
        let known = |(known, _): &&(Shape, Header)| shape.as_ref() == Some(known);
        match self.headers.iter().find(known) {
            Some((_, header)) => {
                let fields = one_record::split(bytes, header.width, &self.limits).await?;
                record.decode_into(&fields, &header.map, bad);
                for bad in bad.iter() {
                    let at = fields.place(bytes, header.map[bad.ordinal], bad.fault);
                    self.report.violate(explained(record, bad, at));
                }
            }
            None => {
                let row = RowJson::of(bytes, record.columns())?;
                let map: Vec<_> = (0..record.columns().len()).map(Some).collect();
                record.decode_into(&row, &map, bad);
                for bad in bad.iter() {
                    let field = row.raw(bad.ordinal).unwrap_or_default();
                    self.report.violate(explained(record, bad, (field, 0)));
                }
            }
        }
        Ok(())
    }

    fn held(&self, nth: usize, at: Position, violations: Vec<Violation>) -> Held {
        let bytes = &self.fixed[nth].bytes;
        Held {
            at,
            raw: bytes[..bytes.len().min(self.limits.raw)].to_vec(),
            raw_len: bytes.len() as u64,
            violations,
        }
    }
}

fn explained<R: Record>(record: &R, bad: &FieldError, (field, at): (&[u8], u64)) -> Violation {
    fault::field(&record.columns()[bad.ordinal], bad.fault, field, at)
}

impl<R: Record, B: Chunk<R>> Feed<B> for FixedRecords<R> {
    fn source(&self) -> &str {
        &self.name
    }

    /// Without a hash: what makes it the same load again is which records it is of, and the quarantine knows.
    async fn open(&mut self) -> Result<LoadKey> {
        (self.read, self.report) = (0, Report::default());
        self.read_headers()?;
        Ok(LoadKey {
            source: self.name.clone(),
            sha256: None,
            rules: rules::fingerprint(&self.contract, &self.judge)?,
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
            self.declare(&mut chunk.card);
        }
        for nth in from..until {
            self.take(nth, load, &mut chunk).await;
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

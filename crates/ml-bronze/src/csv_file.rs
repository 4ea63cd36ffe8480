use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use ml_core::{
    Chunk, Contract, Error, Feed, Judged, LoadId, LoadKey, Record, Result, Shape, Typed,
};
use ml_quality::Judge;
use tokio::fs::File;

use crate::content;
use crate::limits::Limits;
use crate::reading::Reading;
use crate::rules;

/// A feed over one CSV file: its records read, decoded and judged, each with its line and byte.
///
/// The file is UTF-8 with commas, a header and quotes as in RFC 4180; lines end with LF, CRLF or CR, and blank ones
/// are skipped. Columns are found by the names in the header. What the reader itself holds back has these rules:
///
/// * `csv.quote`: a quote is not where it may be. Only the line on which the record starts is held back.
/// * `csv.width`: another number of fields than in the header.
/// * `csv.size`: a record above 16 MiB, of which the first line is held back, or a field above 1 MiB.
/// * `byte.utf8`, `byte.nul`: a field that is not UTF-8, or that holds a NUL.
/// * `byte.bom`: a byte order mark in mid-file, where files were concatenated.
/// * `<column>.decode`: a field that is no value of its column's type.
pub struct CsvFile<R> {
    path: PathBuf,
    name: String,
    contract: Arc<Contract>,
    blank: R,
    judge: Judge<R>,
    chunk: u64,
    limits: Limits,
    reading: Option<Reading<R, File>>,
}

impl<R: Typed> CsvFile<R> {
    /// A feed over the file at `path`, judged by `judge` and named after the file.
    pub fn new(path: impl Into<PathBuf>, judge: Judge<R>) -> Self {
        let contract = Contract {
            dataset: R::DATASET,
            columns: R::COLUMNS.to_vec(),
            grain: R::GRAIN.iter().map(ToString::to_string).collect(),
        };
        CsvFile::with_contract(path, Arc::new(contract), R::blank(), judge)
    }
}

impl<R: Record> CsvFile<R> {
    /// A feed over a file whose columns are known at run time; `blank` is a record under the same contract.
    pub fn with_contract(
        path: impl Into<PathBuf>,
        contract: Arc<Contract>,
        blank: R,
        judge: Judge<R>,
    ) -> Self {
        let path = path.into();
        let name = path.file_name().unwrap_or(path.as_os_str());
        CsvFile {
            name: name.display().to_string(),
            path,
            contract,
            blank,
            judge,
            chunk: 10_000,
            limits: Limits::default(),
            reading: None,
        }
    }

    /// The same feed in chunks of so many records, at least one; a chunk also ends after 8 MiB of the file.
    pub fn chunk(mut self, records: usize) -> Self {
        self.chunk = records.max(1) as u64;
        self
    }

    /// The same feed under another name of its source.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    fn check_blank(&self) -> Result<()> {
        if self.blank.columns() == self.contract.columns {
            return Ok(());
        }
        Err(Error::contract(format!(
            "cannot read {}: the blank record is not under the contract of {}",
            self.path.display(),
            self.contract.dataset
        )))
    }
}

impl<R: Record, B: Chunk<R>> Feed<B> for CsvFile<R> {
    fn source(&self) -> &str {
        &self.name
    }

    async fn open(&mut self) -> Result<LoadKey> {
        self.reading = None;
        self.check_blank()?;
        let rules = rules::fingerprint(&self.contract, &self.judge)?;
        let (file, sha256) = content::open(&self.path).await?;
        let reading = Reading::open(
            (file, sha256),
            self.path.display().to_string(),
            (&self.contract, self.blank.clone()),
            self.limits,
        );
        self.reading = Some(reading.await?);
        Ok(LoadKey {
            source: self.name.clone(),
            sha256: Some(sha256),
            rules,
        })
    }

    fn shape(&self) -> Option<Shape> {
        Some(self.reading.as_ref()?.shape())
    }

    async fn next(&mut self, load: LoadId) -> Result<Option<Judged<B>>> {
        let Some(reading) = &mut self.reading else {
            return Err(Error::config(format!(
                "{} is not open: call open before next",
                self.path.display()
            )));
        };
        reading.chunk(load, &self.judge, self.chunk).await
    }
}

impl<R> fmt::Debug for CsvFile<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvFile")
            .field("path", &self.path)
            .field("name", &self.name)
            .field("dataset", &self.contract.dataset)
            .field("chunk", &self.chunk)
            .finish_non_exhaustive()
    }
}

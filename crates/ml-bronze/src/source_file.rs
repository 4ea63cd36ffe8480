use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use ml_core::{
    Chunk, Contract, Error, Feed, Fingerprint, Judged, LoadId, LoadKey, Progress, Record, Result,
    Shape, Typed,
};
use ml_quality::{Judge, Profile};
use tokio::io::AsyncRead;

use crate::content::{Bytes, Content};
use crate::limits::Limits;
use crate::open::Open;
use crate::reading::Origin;
use crate::received::Received;
use crate::{Encoding, Form, fault, layers, rules, shape};

/// A feed over one file, or over another source of bytes, in the form `S`: [`CsvFile`](crate::CsvFile),
/// [`NdjsonFile`](crate::NdjsonFile), or either, as a [`Form`] says.
///
/// What is packed with gzip, zstd, bzip2 or xz is told by its content and unpacked, under [`Limits`]; what of it cannot
/// be is an error whose message starts with `decode.`, and nothing is loaded.
/// Lines and bytes are those of the text that is read, unpacked and in UTF-8; the hash is that of the bytes as received.
pub struct SourceFile<R, S = Form> {
    form: S,
    encoding: Option<Encoding>,
    path: PathBuf,
    reader: Reader,
    name: String,
    contract: Arc<Contract>,
    blank: R,
    judge: Judge<R>,
    chunk: u64,
    limits: Limits,
    /// One that has seen nothing, where one is to be kept.
    profile: Option<Profile>,
    reading: Option<Open<R>>,
}

/// Where the bytes come from.
enum Reader {
    /// The file at the path, as often as it is opened.
    File,
    /// Another reader, which is read once.
    Once(Option<Bytes>),
}

impl<R: Typed, S: Default> SourceFile<R, S> {
    /// A feed over the file at `path`, judged by `judge` and named after the file.
    pub fn new(path: impl Into<PathBuf>, judge: Judge<R>) -> Self {
        let contract = Contract::declared::<R>();
        SourceFile::with_contract(path, Arc::new(contract), R::blank(), judge)
    }
}

impl<R: Record, S: Default> SourceFile<R, S> {
    /// A feed over a file whose columns are known at run time; `blank` is a record under the same contract.
    pub fn with_contract(
        path: impl Into<PathBuf>,
        contract: Arc<Contract>,
        blank: R,
        judge: Judge<R>,
    ) -> Self {
        let path = path.into();
        let name = path.file_name().unwrap_or(path.as_os_str());
        SourceFile {
            form: S::default(),
            encoding: None,
            name: name.display().to_string(),
            path,
            reader: Reader::File,
            contract,
            blank,
            judge,
            chunk: 10_000,
            limits: Limits::default(),
            profile: None,
            reading: None,
        }
    }
}

impl<R, S> SourceFile<R, S> {
    /// The same feed over a file in another form.
    pub fn form(mut self, form: S) -> Self {
        self.form = form;
        self
    }

    /// The same feed over a text in `encoding`, whatever mark it starts with. Undeclared, a text is in UTF-8, or in
    /// UTF-16 where a mark says so; one that seems to be neither is refused as `encoding.suspect`.
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// The same feed in chunks of so many records, at least one; a chunk also ends after 8 MiB of the text.
    pub fn chunk(mut self, records: usize) -> Self {
        self.chunk = records.max(1) as u64;
        self
    }

    /// The same feed under another name of its source.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The same feed under other limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same feed, which keeps a profile of what it reads in the pass that judges it; some 2.5 µs a record.
    ///
    /// ```
    /// # use ml_bronze::CsvFile;
    /// # use ml_core::{Flow, Gate, Memory, Record};
    /// # use ml_quality::{ColumnRules, RuleSet};
    /// # #[derive(Debug, Clone, Record)]
    /// # #[record(dataset = "bronze.orders")]
    /// # struct Order { #[column(critical)] id: i64, region: Option<String> }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # let text = "id,region\n1,Asia\n2,\nthree,Asia\n".as_bytes();
    /// # let judge = RuleSet::<Order>::new().quarantine(Order::ID.at_least(1)).build()?;
    /// let mut feed = CsvFile::new("orders.csv", judge).reading(text).profiled();
    /// # let mut store = Memory::<Order>::default();
    /// Flow::new(Gate::off()).run(&mut feed, &mut store).await?;
    /// let profile = feed.profile().expect("asked for");
    /// let columns = profile.columns();
    /// assert_eq!((profile.count(), columns[0].undecodable, columns[1].nulls), (3, 1, 1));
    /// println!("{profile}");
    /// # Ok::<(), ml_core::Error>(()) }).unwrap();
    /// ```
    pub fn profiled(mut self) -> Self {
        self.profile = Some(Profile::of(&self.contract));
        self
    }

    /// The same feed over `reader`, such as `tokio::io::stdin()`, in place of the file of that name. It is read
    /// once, so that its hash is known and compared with what was loaded only when all of it was read.
    pub fn reading(mut self, reader: impl AsyncRead + Send + Unpin + 'static) -> Self {
        self.reader = Reader::Once(Some(Box::new(reader)));
        self
    }

    async fn content(&mut self) -> Result<Content> {
        match &mut self.reader {
            Reader::File => Content::of(&self.path).await,
            Reader::Once(reader) => reader.take().map(Content::once).ok_or_else(|| {
                Error::config(format!(
                    "{} was read already, and a reader gives its content once: make a new feed",
                    self.name
                ))
            }),
        }
    }
}

impl<R: Record, S: Clone + Into<Form>> SourceFile<R, S> {
    /// What a feed that is [`profiled`](SourceFile::profiled) has seen since it was opened: every record whose fields
    /// could be told apart, held back or not. `None` before, and where no profile is kept.
    pub fn profile(&self) -> Option<&Profile> {
        self.reading.as_ref()?.profile()
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

    async fn start(&mut self) -> Result<LoadKey> {
        self.check_blank()?;
        let content = self.content().await?;
        let origin = Origin {
            name: self.path.display().to_string(),
            sha256: content.sha256,
            received: Received::default(),
            length: content.length,
        };
        let (under, limits) = ((&*self.contract, self.blank.clone()), self.limits);
        let form: Form = self.form.clone().into();
        let rules = rules::fingerprint(&self.contract, &self.judge, (&form, self.encoding))?;
        let text = layers::text(content.bytes, &origin.received, self.encoding, &limits).await;
        let text = text.map_err(|cause| fault::unreadable(&origin.name, 0, cause))?;
        let reading = Open::new(form, text, origin, under, limits).await?;
        self.reading = Some(reading.profiled(self.profile.clone()));
        Ok(LoadKey {
            source: self.name.clone(),
            sha256: content.sha256,
            rules,
        })
    }
}

impl<R, B, S> Feed<B> for SourceFile<R, S>
where
    R: Record,
    B: Chunk<R>,
    S: Clone + Into<Form> + Send + Sync,
{
    fn source(&self) -> &str {
        &self.name
    }

    async fn open(&mut self) -> Result<LoadKey> {
        self.reading = None;
        self.start().await
    }

    fn shape(&self) -> Option<Shape> {
        let reading = self.reading.as_ref()?;
        let form = self.form.clone().into();
        Some(shape::of(form, reading.header()))
    }

    async fn next(&mut self, load: LoadId) -> Result<Option<Judged<B>>> {
        match &mut self.reading {
            Some(reading) => reading.chunk(load, &self.judge, self.chunk).await,
            None => Err(Error::config(format!(
                "{} is not open: call open before next",
                self.path.display()
            ))),
        }
    }

    fn content(&self) -> Option<Fingerprint> {
        self.reading.as_ref()?.content()
    }

    fn progress(&self) -> Option<Progress> {
        let reading = self.reading.as_ref();
        reading.map(|reading| reading.origin().progress())
    }
}

impl<R, S: fmt::Debug> fmt::Debug for SourceFile<R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile")
            .field("path", &self.path)
            .field("name", &self.name)
            .field("form", &self.form)
            .field("dataset", &self.contract.dataset)
            .field("chunk", &self.chunk)
            .finish_non_exhaustive()
    }
}

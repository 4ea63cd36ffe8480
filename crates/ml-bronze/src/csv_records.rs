use std::io;

use csv_async::{AsyncReader, AsyncReaderBuilder, ByteRecord};
use ml_core::{Contract, Error, Result, Violation};

use crate::content::Bytes;
use crate::csv_fields::{self, Fields};
use crate::frame::Frame;
use crate::heading::{self, Heading};
use crate::limits::Limits;
use crate::splitter::Splitter;
use crate::window::Window;
use crate::{Dialect, Header, fault, quoting};

/// After so many records in a row with the same wrong number of fields the columns have changed.
const SETTLED: u64 = 8;

/// The records of a CSV text.
pub(crate) struct CsvRecords {
    csv: AsyncReader<Window<Bytes>>,
    dialect: Dialect,
    limits: Limits,
    header: String,
    heading: Heading,
    fields: ByteRecord,
    /// Where another header stood.
    changed: Option<Place>,
    misfits: Option<Misfits>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    record: u64,
    line: u64,
}

/// Records in a row that have the same wrong number of fields.
#[derive(Debug, Clone, Copy)]
struct Misfits {
    width: usize,
    count: u64,
    since: Place,
}

/// csv-async over a window, which hands it one sound record at a time.
fn reader(window: Window<Bytes>, limits: Limits) -> AsyncReader<Window<Bytes>> {
    let marks = *window.marks();
    let mut builder = AsyncReaderBuilder::new();
    builder.has_headers(false).flexible(true);
    builder.buffer_capacity(limits.buffer);
    builder.delimiter(marks.delimiter).escape(marks.escape);
    match marks.quote {
        Some(quote) => builder.quote(quote),
        None => builder.quoting(false),
    };
    builder.create_reader(window)
}

impl CsvRecords {
    /// The records of `text`, written in `dialect`.
    pub(crate) fn new(text: Bytes, dialect: Dialect, limits: Limits) -> Self {
        let window = Window::new(text, dialect.marks(), limits);
        CsvRecords {
            csv: reader(window, limits),
            dialect,
            limits,
            header: String::new(),
            heading: Heading::default(),
            fields: ByteRecord::new(),
            changed: None,
            misfits: None,
        }
    }

    async fn read(&mut self) -> io::Result<()> {
        let window = self.csv.get_ref();
        if let Some(record) = window.unquoted() {
            csv_fields::cut(record, window.marks().delimiter, &mut self.fields);
            return Ok(());
        }
        match self.csv.read_byte_record(&mut self.fields).await {
            Ok(true) => Ok(()),
            // a sound record has a byte at least, and the window itself does not fail
            Ok(false) => Err(io::ErrorKind::UnexpectedEof.into()),
            Err(cause) => Err(io::Error::other(cause)),
        }
    }

    async fn next(&mut self, name: &str) -> Result<Frame> {
        let advanced = self.csv.get_mut().advance().await;
        let frame = advanced.map_err(|cause| fault::unreadable(name, 0, cause))?;
        frame.ok_or_else(|| {
            let what = "has only blank lines; expected a header with the names of the columns";
            Error::source(format!("{name} {what}"))
        })
    }

    async fn read_heading(&mut self, contract: &Contract, name: &str) -> Result<Heading> {
        let frame = self.next(name).await?;
        let refused = |byte: u64, what: String| {
            let line = frame.line;
            Error::contract(format!("{name}, line {line}, byte {byte}: {what}"))
        };
        let text = heading::text(self.window().raw()).map_err(|(at, found)| {
            let what = format!(
                "expected a header in UTF-8, found {found} (encoding.suspect): declare its encoding, or save the file in UTF-8"
            );
            refused(frame.byte + at as u64, what)
        })?;
        self.header = text.to_owned();
        if let Some(broken) = frame.broken {
            let fault = fault::broken(broken, frame.byte, Self::SIZE, &self.limits);
            let what = format!(
                "broken header: expected {}, found {}",
                fault.expected, fault.found
            );
            return Err(refused(frame.byte, what));
        }
        let split = self.read().await;
        split.map_err(|cause| fault::unreadable(name, 0, cause))?;
        Heading::of(&self.fields, contract, self.dialect.policy()).map_err(|what| {
            let line = frame.line;
            Error::contract(format!("{name}, line {line}: {what}"))
        })
    }

    /// What a record is that is no data: a header.
    #[inline]
    fn header_fault(&mut self, here: Place) -> Option<Violation> {
        if self.heading.is(&self.fields) {
            self.changed = None;
            return Some(fault::repeated_header());
        }
        if self.heading.is_like(&self.fields) {
            self.changed = Some(here);
        }
        let Place { record, line } = self.changed?;
        Some(fault::changed("another header", record, line))
    }

    #[inline]
    fn width_fault(&mut self, here: Place) -> Option<Violation> {
        let (expected, width) = (self.heading.width, self.fields.len());
        if width == expected {
            self.misfits = None;
            return None;
        }
        let known = self.misfits.filter(|misfits| misfits.width == width);
        let mut misfits = known.unwrap_or(Misfits {
            width,
            count: 0,
            since: here,
        });
        misfits.count += 1;
        self.misfits = Some(misfits);
        let Place { record, line } = misfits.since;
        Some(match misfits.count < SETTLED {
            true => fault::width(expected, width),
            false => fault::changed(&format!("{width} fields in every record"), record, line),
        })
    }

    #[inline]
    fn size_fault(&self, frame: &Frame) -> Option<Violation> {
        if frame.len <= self.limits.field as u64 {
            return None;
        }
        let longest = self.fields.iter().map(<[u8]>::len).max().unwrap_or(0);
        (longest > self.limits.field).then(|| fault::field_size(Self::SIZE, longest, &self.limits))
    }
}

impl Splitter for CsvRecords {
    type Fields<'a> = Fields<'a>;

    const RULES: &'static [&'static str] = &[
        fault::QUOTE,
        fault::WIDTH,
        fault::HEADER,
        fault::CHANGED,
        fault::MARK,
        Self::SIZE,
    ];
    const SIZE: &'static str = "csv.size";

    fn window(&self) -> &Window<Bytes> {
        self.csv.get_ref()
    }

    fn window_mut(&mut self) -> &mut Window<Bytes> {
        self.csv.get_mut()
    }

    async fn open(&mut self, contract: &Contract, name: &str) -> Result<()> {
        self.dialect.check()?;
        let more = match self.dialect.head() {
            Header::Absent => {
                self.heading = Heading::by_place(contract);
                return Ok(());
            }
            Header::Named => 0,
            Header::Tall(records) => records - 1,
        };
        self.heading = self.read_heading(contract, name).await?;
        for _ in 0..more {
            self.next(name).await?;
        }
        Ok(())
    }

    fn header(&self) -> &str {
        &self.header
    }

    fn go_on_in(&mut self, text: Vec<u8>) {
        let limits = self.limits.of_text(text.len());
        let window = Window::inside(text, self.dialect.marks(), limits);
        self.csv = reader(window, limits);
        (self.changed, self.misfits) = (None, None);
    }

    async fn split(&mut self, frame: &Frame, record: u64) -> io::Result<Option<Violation>> {
        let line = frame.line;
        let is_marked = self.window().starts_with_mark();
        if is_marked && self.window().is_mark_alone() {
            return Ok(Some(fault::mark()));
        }
        self.read().await?;
        let header = self.header_fault(Place { record, line });
        if is_marked {
            return Ok(Some(fault::mark()));
        }
        Ok(header
            .or_else(|| self.width_fault(Place { record, line }))
            .or_else(|| self.size_fault(frame)))
    }

    fn fields(&self) -> Fields<'_> {
        Fields::of(&self.fields)
    }

    fn map(&self) -> &[Option<usize>] {
        &self.heading.map
    }

    fn locate(&self, index: usize, offset: usize) -> usize {
        let window = self.window();
        quoting::locate(window.raw(), window.marks(), index, offset)
    }
}

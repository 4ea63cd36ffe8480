use crate::{Dialect, SourceFile};

/// A feed over one CSV file: its records read, decoded and judged, each with its line and byte.
///
/// Without another [`Dialect`] the file has commas, a header and quotes as in RFC 4180; lines end with LF, CRLF or CR,
/// and blank ones are skipped. Columns are found by the names in the header. What the reader itself holds back has
/// these rules:
///
/// * `csv.quote`: a quote is not where it may be. Only the line on which the record starts is held back.
/// * `csv.width`: another number of fields than in the header.
/// * `csv.header`: the header again, in mid-file.
/// * `schema.changed`: all that follows another header of the same contract in mid-file, or eight records in a row
///   with the same wrong number of fields; it names the record with which it began.
/// * `csv.size`: a record above 16 MiB, of which the first line is held back, or a field above 1 MiB.
/// * `byte.utf8`, `byte.nul`: a field that is not UTF-8, or that holds a NUL.
/// * `byte.bom`: a byte order mark in mid-file, where files were concatenated.
/// * `<column>.decode`: a field that is no value of its column's type.
/// * `row.size`: of some 330 columns and more, a record whose row no page of PostgreSQL has room for.
pub type CsvFile<R> = SourceFile<R, Dialect>;

impl<R> CsvFile<R> {
    /// The same feed over a file in another dialect.
    pub fn dialect(self, dialect: Dialect) -> Self {
        self.form(dialect)
    }
}

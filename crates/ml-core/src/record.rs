use bytes::BytesMut;

use crate::{ColumnDef, Dataset, Field, Malformed, ValueRef};

/// Answers for its fields by ordinal; a struct with `#[derive(Record)]` and a run-time [`Row`](crate::Row) both do.
pub trait Fields {
    /// The value of column number `ordinal`, from 0; NULL beyond the last.
    fn field(&self, ordinal: usize) -> ValueRef<'_>;
}

/// The undecoded fields of one record, by their place in the source; `None` is NULL, or not there.
pub trait RawFields {
    /// The bytes of field number `index`, from 0.
    fn raw(&self, index: usize) -> Option<&[u8]>;

    /// The same as text without NUL, for a source that looks at all fields at once, which is faster than one by one;
    /// `None` says nothing about the field.
    fn text(&self, _index: usize) -> Option<&str> {
        None
    }
}

/// Why one field of a record could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldError {
    /// The column.
    pub ordinal: usize,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What can be wrong with the bytes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Not UTF-8; the offset of the first bad byte in the field.
    Utf8(usize),
    /// Holds a NUL byte, which PostgreSQL's text cannot.
    Nul,
    /// Not a value of the column's type.
    Malformed(Malformed),
}

/// A record that decodes in place and encodes itself; its columns may be known at compile time or at run time.
pub trait Record: Fields + Clone + Send + Sync {
    /// The columns, in the order of the ordinals.
    fn columns(&self) -> &[ColumnDef];

    /// Decodes every field; each bad one is reported, the others are usable.
    ///
    /// `map` has, per column, its place in the source; `None` for an optional column that is not there.
    fn decode_into<R: RawFields>(
        &mut self,
        raw: &R,
        map: &[Option<usize>],
        bad: &mut Vec<FieldError>,
    );

    /// Reads the binary fields PostgreSQL sent, in the order of the ordinals.
    ///
    /// # Errors
    /// The first field that does not have its column's type.
    fn read_from<R: RawFields>(&mut self, wire: &R) -> Result<(), FieldError>;

    /// Puts text, or NULL, in the place of a column's value.
    ///
    /// # Errors
    /// Text that is not a value of the column's type, and NULL where there is none; the value stays as it was.
    fn put(&mut self, ordinal: usize, text: Option<&str>) -> Result<(), Malformed>;

    /// Appends the fields as one row of a binary COPY, without the field count.
    fn encode(&self, out: &mut BytesMut) {
        for (ordinal, column) in self.columns().iter().enumerate() {
            self.field(ordinal).encode(column.ty, out);
        }
    }
}

/// A record whose columns the compiler knows; implemented by `#[derive(Record)]`.
pub trait Typed: Record + 'static {
    /// Where its rows live.
    const DATASET: Dataset;
    /// The columns.
    const COLUMNS: &'static [ColumnDef];
    /// The columns that make a row one thing.
    const GRAIN: &'static [&'static str];

    /// A record to decode into.
    fn blank() -> Self;
}

/// Decodes one field into its place; `#[derive(Record)]` calls it for every column.
#[inline]
pub fn decode_field<V: Field, R: RawFields>(
    place: &mut V,
    raw: &R,
    index: Option<usize>,
    ordinal: usize,
    format: Option<&str>,
    bad: &mut Vec<FieldError>,
) {
    let decoded = match text(raw, index) {
        None if !V::NULLABLE => Err(Fault::Malformed(NOT_NULL)),
        text => text
            .unwrap_or(Ok(""))
            .and_then(|text| place.decode(text, format).map_err(Fault::Malformed)),
    };
    if let Err(fault) = decoded {
        bad.push(FieldError { ordinal, fault });
    }
}

/// The same for a column whose values are written in a [`Notation`](crate::Notation).
pub fn decode_noted<V: Field, R: RawFields>(
    place: &mut V,
    raw: &R,
    index: Option<usize>,
    ordinal: usize,
    column: &ColumnDef,
    bad: &mut Vec<FieldError>,
) {
    let format = column.format.as_deref();
    let Some(text) = text(raw, index) else {
        return decode_field(place, raw, None, ordinal, format, bad);
    };
    let mut decode = |text| column.notation.decode(place, text, format);
    let decoded = text.and_then(|text| decode(text).map_err(Fault::Malformed));
    if let Err(fault) = decoded {
        bad.push(FieldError { ordinal, fault });
    }
}

/// What a column that may not be NULL expects.
pub(crate) const NOT_NULL: Malformed = Malformed("a value, not NULL");

/// What is wrong with an ordinal beyond the last column.
pub const NO_COLUMN: Malformed = Malformed("a column of the record");

/// The text of a field; `None` is NULL, or not there.
#[inline]
pub(crate) fn text<R: RawFields>(raw: &R, index: Option<usize>) -> Option<Result<&str, Fault>> {
    let index = index?;
    match raw.text(index) {
        Some(text) => Some(Ok(text)),
        None => raw.raw(index).map(checked),
    }
}

fn checked(bytes: &[u8]) -> Result<&str, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|error| Fault::Utf8(error.valid_up_to()))?;
    if bytes.contains(&0) {
        Err(Fault::Nul)
    } else {
        Ok(text)
    }
}

/// Puts text, or NULL, into one field; `#[derive(Record)]` calls it for every column.
pub fn put_field<V: Field>(place: &mut V, text: Option<&str>) -> Result<(), Malformed> {
    match text {
        Some(text) => place.decode_present(text, None),
        None if V::NULLABLE => place.read(None),
        None => Err(NOT_NULL),
    }
}

/// Reads one field PostgreSQL sent; `#[derive(Record)]` calls it for every column.
pub fn read_field<V: Field>(
    place: &mut V,
    wire: Option<&[u8]>,
    ordinal: usize,
) -> Result<(), FieldError> {
    place.read(wire).map_err(|malformed| FieldError {
        ordinal,
        fault: Fault::Malformed(malformed),
    })
}

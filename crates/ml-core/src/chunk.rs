use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};

use crate::encode::eight;
use crate::{Located, Position, Record};

/// A container that takes records one by one, as a store wants them.
pub trait Chunk<R>: Default + Send {
    /// Takes one record; it may be reused afterwards.
    fn push(&mut self, record: &R, at: Position);

    /// How many records it holds.
    fn rows(&self) -> u64;
}

impl<R: Clone + Send> Chunk<R> for Vec<Located<R>> {
    fn push(&mut self, record: &R, at: Position) {
        let record = record.clone();
        Vec::push(self, Located { at, record });
    }

    fn rows(&self) -> u64 {
        self.len() as u64
    }
}

/// Records as rows of a binary `COPY`: load, record number, then the columns in order.
///
/// They are written straight into the pieces that are sent: one buffer that grows copies everything once more.
#[derive(Clone, Default)]
pub struct Encoded {
    full: Vec<Bytes>,
    open: BytesMut,
    rows: u64,
    ending: Option<i64>,
}

/// A piece ends with the row that fills it to here, and has room for that row in 64 KiB unless it is a long one.
const FULL: usize = 60 << 10;
const ROOM: usize = 64 << 10;

impl Encoded {
    /// No rows yet; each that comes ends in one more column, a bigint that is the same in all of them.
    pub fn ending_in(number: i64) -> Self {
        Encoded {
            ending: Some(number),
            ..Encoded::default()
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The rows in pieces of at most 64 KiB, or as long as a row that is longer; without the header and the trailer of
    /// the stream.
    pub fn into_pieces(mut self) -> Vec<Bytes> {
        self.close();
        self.full
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.full.push(std::mem::take(&mut self.open).freeze());
        }
    }
}

impl<R: Record> Chunk<R> for Encoded {
    fn push(&mut self, record: &R, at: Position) {
        if self.open.is_empty() {
            self.open.reserve(ROOM);
        }
        // A contract has at most 1,595 columns.
        let further = 2 + i16::from(self.ending.is_some());
        self.open.put_i16(record.columns().len() as i16 + further);
        eight(&mut self.open, at.load.0.to_be_bytes());
        eight(&mut self.open, at.record.to_be_bytes());
        record.encode(&mut self.open);
        if let Some(number) = self.ending {
            eight(&mut self.open, number.to_be_bytes());
        }
        self.rows += 1;
        if self.open.len() >= FULL {
            self.close();
        }
    }

    fn rows(&self) -> u64 {
        self.rows
    }
}

/// Without the bytes: they may be personal.
impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.open.len() + self.full.iter().map(Bytes::len).sum::<usize>();
        f.debug_struct("Encoded")
            .field("rows", &self.rows)
            .field("bytes", &bytes)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{ColumnDef, Contract, Fields, LoadId, RawFields, Row, Type, Value};

    fn note(text: &str) -> Row {
        let contract = Contract {
            dataset: "bronze.notes".parse().unwrap(),
            columns: vec![ColumnDef::of("note", Type::Text)],
            grain: Vec::new(),
        };
        let mut row = Row::new(Arc::new(contract));
        row.set(0, Value::from(text)).unwrap();
        row
    }

    fn encoded(mut rows: Encoded, notes: &[Row]) -> Encoded {
        for (record, note) in (1..).zip(notes) {
            rows.push(note, Position::new(LoadId(7), record));
        }
        rows
    }

    /// The fields of a row as a server reads them.
    struct Wire(Vec<Option<Vec<u8>>>);

    impl RawFields for Wire {
        fn raw(&self, index: usize) -> Option<&[u8]> {
            self.0.get(index)?.as_deref()
        }
    }

    /// All rows of a piece, which must be whole.
    fn rows(piece: &Bytes) -> Vec<Wire> {
        let mut rest = &piece[..];
        let mut take = |bytes: usize| rest.split_off(..bytes).unwrap();
        let mut rows = Vec::new();
        let mut left = piece.len();
        while left > 0 {
            let count = u16::from_be_bytes(take(2).try_into().unwrap());
            left -= 2;
            let fields = (0..count).map(|_| {
                let length = i32::from_be_bytes(take(4).try_into().unwrap());
                left -= 4 + length.max(0) as usize;
                usize::try_from(length)
                    .ok()
                    .map(|length| take(length).to_vec())
            });
            rows.push(Wire(fields.collect()));
        }
        rows
    }

    fn number(wire: &Wire, index: usize) -> i64 {
        i64::from_be_bytes(wire.raw(index).unwrap().try_into().unwrap())
    }

    #[test]
    fn a_row_is_its_load_its_number_its_columns_and_its_ending() {
        let notes = [note("one"), note("")];
        for (start, ending) in [
            (Encoded::default(), None),
            (Encoded::ending_in(42), Some(42)),
        ] {
            let encoded = encoded(start, &notes);
            assert_eq!(Chunk::<Row>::rows(&encoded), 2);
            let pieces = encoded.into_pieces();
            assert_eq!(pieces.len(), 1);
            let rows = rows(&pieces[0]);
            assert_eq!(rows.len(), 2);
            for ((record, note), wire) in (1..).zip(&notes).zip(&rows) {
                assert_eq!(wire.0.len(), 3 + usize::from(ending.is_some()));
                assert_eq!((number(wire, 0), number(wire, 1)), (7, record));
                let text = note.field(0).to_value();
                assert_eq!(
                    wire.raw(2)
                        .map(|text| Value::from(str::from_utf8(text).unwrap())),
                    Some(text)
                );
                assert_eq!(ending, ending.and(wire.0.get(3).map(|_| number(wire, 3))));
            }
        }
    }

    #[test]
    fn pieces_are_few_and_no_row_is_cut() {
        let notes: Vec<Row> = (0..2_000).map(|nth| note(&"x".repeat(nth % 200))).collect();
        let pieces = encoded(Encoded::default(), &notes).into_pieces();
        let bytes: usize = pieces.iter().map(Bytes::len).sum();
        assert!(pieces.iter().all(|piece| piece.len() <= 64 << 10));
        assert!(
            pieces.len() <= bytes / (60 << 10) + 1,
            "{} for {bytes} bytes",
            pieces.len()
        );
        let numbers: Vec<i64> = pieces
            .iter()
            .flat_map(rows)
            .map(|row| number(&row, 1))
            .collect();
        assert_eq!(numbers, (1..=2_000).collect::<Vec<_>>());

        let long = [note("a"), note(&"x".repeat(100_000)), note("b")];
        let pieces = encoded(Encoded::default(), &long).into_pieces();
        assert_eq!(
            pieces
                .iter()
                .map(|piece| rows(piece).len())
                .collect::<Vec<_>>(),
            [2, 1]
        );
    }

    #[test]
    fn nothing_is_no_piece() {
        let none = Encoded::ending_in(1);
        assert!(none.is_empty());
        assert!(none.into_pieces().is_empty());
        assert!(!encoded(Encoded::default(), &[note("")]).is_empty());
    }

    #[test]
    fn debug_counts_and_shows_no_byte() {
        let rows = encoded(
            Encoded::default(),
            &[note("canary"), note(&"x".repeat(70_000)), note("canary")],
        );
        let bytes: usize = rows.clone().into_pieces().iter().map(Bytes::len).sum();
        assert_eq!(
            format!("{rows:?}"),
            format!("Encoded {{ rows: 3, bytes: {bytes} }}")
        );
    }

    #[test]
    fn a_vector_keeps_records_with_their_places() {
        let mut rows = Vec::new();
        for record in 1..=3 {
            Chunk::push(&mut rows, &record, Position::new(LoadId(7), record));
        }
        assert_eq!(Chunk::<u64>::rows(&rows), 3);
        assert!(
            rows.iter()
                .all(|row| row.record == row.at.record && row.at.load == LoadId(7))
        );
    }
}

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

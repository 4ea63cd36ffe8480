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
#[derive(Clone, Default)]
pub struct Encoded {
    bytes: BytesMut,
    rows: u64,
}

impl Encoded {
    /// The rows, without the header and the trailer of the stream.
    pub fn into_bytes(self) -> Bytes {
        self.bytes.freeze()
    }
}

impl<R: Record> Chunk<R> for Encoded {
    fn push(&mut self, record: &R, at: Position) {
        // A contract has at most 1,595 columns.
        self.bytes.put_i16(record.columns().len() as i16 + 2);
        eight(&mut self.bytes, at.load.0.to_be_bytes());
        eight(&mut self.bytes, at.record.to_be_bytes());
        record.encode(&mut self.bytes);
        self.rows += 1;
    }

    fn rows(&self) -> u64 {
        self.rows
    }
}

/// Without the bytes: they may be personal.
impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.bytes.len();
        f.debug_struct("Encoded")
            .field("rows", &self.rows)
            .field("bytes", &bytes)
            .finish()
    }
}

use bytes::{BufMut, BytesMut};
use ml_core::{Error, Fingerprint, Held, LoadId, Result, Shape};
use tokio_postgres::Transaction;
use tokio_postgres::types::Type;

use crate::copy::Copy;
use crate::failure::Doing;
use crate::ledger::Entry;

const COPY: &str = "COPY meta.quarantine (load_id, origin_load, record_no, line_no, byte_offset, raw, raw_length, violations, rule_set, shape_load) \
    FROM STDIN BINARY";
/// What waits in memory before it is written.
const MOST_WAITING: usize = 8 << 20;
/// What is kept of one load; beyond, records are counted and not kept.
pub(crate) const MOST_KEPT_RECORDS: usize = 100_000;
pub(crate) const MOST_KEPT_BYTES: usize = 64 << 20;

/// The records a load held back, encoded, on their way to the table.
pub(crate) struct Retained {
    load: LoadId,
    rules: Fingerprint,
    waiting: BytesMut,
    kept: usize,
    kept_bytes: usize,
}

impl Retained {
    /// The quarantine of a load.
    pub(crate) fn of(entry: &Entry) -> Self {
        Retained {
            load: entry.load(),
            rules: entry.rules,
            waiting: BytesMut::new(),
            kept: 0,
            kept_bytes: 0,
        }
    }

    /// Takes a record whose bytes are read by the shape of a load, or are the row as JSON; beyond the cap it is left
    /// to the counts.
    pub(crate) fn push(&mut self, held: &Held, shape: Option<LoadId>) -> Result<()> {
        if self.kept >= MOST_KEPT_RECORDS || self.kept_bytes >= MOST_KEPT_BYTES {
            return Ok(());
        }
        let before = self.waiting.len();
        self.encode(held, shape)?;
        self.kept += 1;
        self.kept_bytes += self.waiting.len() - before;
        Ok(())
    }

    /// Whether it should be written before more comes.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= MOST_WAITING
    }

    /// How many records are kept.
    pub(crate) fn kept(&self) -> u64 {
        self.kept as u64
    }

    /// Writes what waits.
    pub(crate) async fn flush(&mut self, tx: &Transaction<'_>) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let what = String::from("cannot write the quarantine");
        Copy::whole(tx, COPY, what, [self.waiting.split().freeze()]).await
    }

    /// Keeps how the bytes of the records are read; nobody asks it of records of which none is kept.
    pub(crate) async fn keep_shape(
        &self,
        tx: &Transaction<'_>,
        shape: Option<&Shape>,
    ) -> Result<()> {
        let Some(shape) = shape.filter(|_| self.kept > 0) else {
            return Ok(());
        };
        let load = self.load;
        tx.execute_typed(
            include_str!("../sql/enter_shape.sql"),
            &[(&load.0, Type::INT8), (&shape.json(), Type::TEXT)],
        )
        .await
        .doing(format!("cannot keep the shape of load {load}"))?;
        Ok(())
    }

    /// One row of the binary COPY above.
    fn encode(&mut self, held: &Held, shape: Option<LoadId>) -> Result<()> {
        let violations = serde_json::to_vec(&held.violations).map_err(|error| {
            Error::contract("a violation cannot be written as JSON").because(error)
        })?;
        let out = &mut self.waiting;
        out.put_i16(10);
        int8(Some(self.load.0), out);
        int8(Some(held.at.load.0), out);
        int8(Some(held.at.record as i64), out);
        int8(held.at.line.map(|line| line as i64), out);
        int8(held.at.byte.map(|byte| byte as i64), out);
        if held.raw.is_empty() {
            out.put_i32(-1);
        } else {
            bytea(&held.raw, out);
        }
        int8(Some(held.raw_len as i64), out);
        // jsonb: one byte of version, then the text
        out.put_i32(violations.len() as i32 + 1);
        out.put_u8(1);
        out.put_slice(&violations);
        bytea(self.rules.as_bytes(), out);
        int8(shape.map(|load| load.0), out);
        Ok(())
    }
}

fn bytea(bytes: &[u8], out: &mut BytesMut) {
    out.put_i32(bytes.len() as i32);
    out.put_slice(bytes);
}

fn int8(value: Option<i64>, out: &mut BytesMut) {
    match value {
        Some(value) => {
            out.put_i32(8);
            out.put_i64(value);
        }
        None => out.put_i32(-1),
    }
}

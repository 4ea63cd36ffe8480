use bytes::{BufMut, BytesMut};
use ml_core::{Change, Dataset, Located, Position, Result};
use tokio_postgres::Transaction;

use crate::copy::Copy;

const COPY: &str = "COPY meta.change (dataset, load_id, record_no, step, column_name, standardiser, old_text, new_text) \
    FROM STDIN BINARY";
/// What waits in memory before it is written.
const MOST_WAITING: usize = 8 << 20;

/// What standardisers changed in the records of a dataset, encoded, on its way to the table.
pub(crate) struct Changes {
    dataset: String,
    waiting: BytesMut,
    /// The record of the last change, and how many it has.
    last: Option<(Position, i32)>,
}

impl Changes {
    /// The changes of records on their way into a dataset.
    pub(crate) fn of(dataset: &Dataset) -> Self {
        Changes {
            dataset: dataset.to_string(),
            waiting: BytesMut::new(),
            last: None,
        }
    }

    /// Takes the changes of whole records.
    pub(crate) fn push(&mut self, changes: &[Located<Change>]) {
        for Located { at, record } in changes {
            let step = match self.last {
                Some((last, step)) if last == *at => step + 1,
                _ => 1,
            };
            self.last = Some((*at, step));
            self.encode(*at, step, record);
        }
    }

    /// Whether they should be written before more come.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= MOST_WAITING
    }

    /// Forgets what waits.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Writes what waits.
    pub(crate) async fn flush(&mut self, tx: &Transaction<'_>) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let what = String::from("cannot write the changes");
        Copy::whole(tx, COPY, what, [self.waiting.split().freeze()]).await
    }

    /// One row of the binary COPY above.
    fn encode(&mut self, at: Position, step: i32, change: &Change) {
        let out = &mut self.waiting;
        out.put_i16(8);
        text(Some(&self.dataset), out);
        int8(at.load.0, out);
        int8(at.record as i64, out);
        out.put_i32(4);
        out.put_i32(step);
        text(Some(&change.column), out);
        text(Some(&change.standardiser), out);
        text(Some(&change.old), out);
        text(change.new.as_deref(), out);
    }
}

fn int8(value: i64, out: &mut BytesMut) {
    out.put_i32(8);
    out.put_i64(value);
}

fn text(value: Option<&str>, out: &mut BytesMut) {
    match value {
        Some(text) => {
            out.put_i32(text.len() as i32);
            out.put_slice(text.as_bytes());
        }
        None => out.put_i32(-1),
    }
}

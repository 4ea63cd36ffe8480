use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::SinkExt;
use ml_core::{Class, Error, Result};
use tokio_postgres::{CopyInSink, Transaction};

use crate::failure::Doing;

/// Signature, no flags, no extension. Source: PostgreSQL documentation, "COPY, Binary Format".
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: &[u8] = &(-1_i16).to_be_bytes();
/// A stalled COPY ignores `statement_timeout` and a cancel: only the client can notice.
const PROGRESS: Duration = Duration::from_secs(60);
/// Bytes in one message.
const PIECE: usize = 64 << 10;
/// One switch between COPYs costs the server more than a longer stream does.
const MOST_BYTES: usize = 32 << 20;

/// An open binary COPY.
pub(crate) struct Copy {
    sink: Pin<Box<CopyInSink<Bytes>>>,
    what: String,
    sent: usize,
    patience: Duration,
}

impl Copy {
    /// Opens a COPY; until it is finished the connection takes no other statement.
    pub(crate) async fn open(tx: &Transaction<'_>, statement: &str, what: String) -> Result<Self> {
        let sink = tx.copy_in(statement).await.doing(&what)?;
        let mut copy = Copy {
            sink: Box::pin(sink),
            what,
            sent: 0,
            patience: PROGRESS,
        };
        copy.send(Bytes::from_static(HEADER)).await?;
        Ok(copy)
    }

    /// The same, with another time that it may make no progress.
    pub(crate) fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// A COPY of these rows alone.
    pub(crate) async fn whole(
        tx: &Transaction<'_>,
        statement: &str,
        what: String,
        pieces: impl IntoIterator<Item = Bytes>,
    ) -> Result<()> {
        let mut copy = Copy::open(tx, statement, what).await?;
        for piece in pieces {
            copy.send(piece).await?;
        }
        copy.finish().await.map(drop)
    }

    /// Sends rows in pieces, so that the server has something to do while the rest is on its way; back-pressure is
    /// the server's.
    pub(crate) async fn send(&mut self, mut rows: Bytes) -> Result<()> {
        self.sent += rows.len();
        while !rows.is_empty() {
            let piece = rows.split_to(rows.len().min(PIECE));
            match tokio::time::timeout(self.patience, self.sink.send(piece)).await {
                Ok(sent) => sent.doing(&self.what)?,
                Err(_) => return Err(self.stalled()),
            }
        }
        Ok(())
    }

    /// Whether it should be ended and reopened.
    pub(crate) fn is_long(&self) -> bool {
        self.sent >= MOST_BYTES
    }

    /// Ends the COPY; answers how many rows the server took.
    pub(crate) async fn finish(mut self) -> Result<u64> {
        self.send(Bytes::from_static(TRAILER)).await?;
        match tokio::time::timeout(self.patience, self.sink.as_mut().finish()).await {
            Ok(finished) => finished.doing(&self.what),
            Err(_) => Err(self.stalled()),
        }
    }

    fn stalled(&self) -> Error {
        let seconds = self.patience.as_secs();
        let what = format!("{}: no progress for {seconds} seconds", self.what);
        Error::storage(what).classed(Class::Unknown)
    }
}

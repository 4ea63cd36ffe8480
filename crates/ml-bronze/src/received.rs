use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use ml_core::Fingerprint;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, ReadBuf};

/// What was received so far, as it came: how many bytes, and their hash.
///
/// Clones share it, so that those at the end of a chain of readers can ask what went in at its start.
#[derive(Debug, Clone, Default)]
pub(crate) struct Received(Arc<Mutex<Sum>>);

#[derive(Debug, Default)]
struct Sum {
    bytes: u64,
    sha256: Sha256,
}

impl Received {
    /// Number of bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.sum().bytes
    }

    /// The hash of all of them.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new(self.sum().sha256.clone().finalize().into())
    }

    pub(crate) fn add(&self, bytes: &[u8]) {
        let mut sum = self.sum();
        sum.bytes += bytes.len() as u64;
        sum.sha256.update(bytes);
    }

    /// Adding does not panic half-way.
    fn sum(&self) -> MutexGuard<'_, Sum> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader that enters what passes through it.
#[derive(Debug)]
pub(crate) struct Hashing<F> {
    file: F,
    received: Received,
}

impl<F> Hashing<F> {
    pub(crate) fn new(file: F, received: Received) -> Self {
        Hashing { file, received }
    }
}

impl<F: AsyncRead + Unpin> AsyncRead for Hashing<F> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let hashing = self.get_mut();
        let from = out.filled().len();
        let polled = Pin::new(&mut hashing.file).poll_read(context, out);
        hashing.received.add(&out.filled()[from..]);
        polled
    }
}

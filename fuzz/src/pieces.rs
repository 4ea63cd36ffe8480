use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};

/// Bytes that come in pieces of so many.
#[derive(Debug)]
pub struct Pieces {
    bytes: Vec<u8>,
    given: usize,
    piece: usize,
}

impl Pieces {
    /// `bytes` in pieces of `piece` bytes, at least one.
    pub fn of(bytes: &[u8], piece: usize) -> Self {
        Pieces {
            bytes: bytes.to_vec(),
            given: 0,
            piece: piece.max(1),
        }
    }
}

impl AsyncRead for Pieces {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let pieces = self.get_mut();
        let rest = &pieces.bytes[pieces.given..];
        let given = rest.len().min(pieces.piece).min(out.remaining());
        out.put_slice(&rest[..given]);
        pieces.given += given;
        Poll::Ready(Ok(()))
    }
}

use std::io;

use bytes::BufMut;
use tokio::io::{AsyncRead, AsyncReadExt};

/// What was read of a text and is not done with.
#[derive(Debug)]
pub(crate) struct Buffer<F> {
    file: F,
    block: usize,
    bytes: Vec<u8>,
    /// Offset in the text of the first of `bytes`.
    base: u64,
    /// Where in `bytes` the part that is not done with starts.
    at: usize,
    ended: bool,
}

impl<F: AsyncRead + Unpin> Buffer<F> {
    /// A buffer over `file`, which is read in blocks of so many bytes.
    pub(crate) fn new(file: F, block: usize) -> Self {
        Buffer {
            file,
            block,
            bytes: Vec::new(),
            base: 0,
            at: 0,
            ended: false,
        }
    }

    /// Lets go of what is done with, then reads on.
    pub(crate) async fn fill(&mut self) -> io::Result<()> {
        self.let_go();
        self.bytes.reserve(self.block);
        let mut block = (&mut self.bytes).limit(self.block);
        self.ended = self.file.read_buf(&mut block).await? == 0;
        Ok(())
    }
}

impl<F> Buffer<F> {
    /// What is not done with.
    #[inline]
    pub(crate) fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Where in the text the rest starts.
    #[inline]
    pub(crate) fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Whether nothing comes after the rest.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Is done with so many bytes.
    #[inline]
    pub(crate) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Takes bytes out of the rest; what stands behind them keeps its offset.
    pub(crate) fn cut(&mut self, from: usize, len: usize) {
        let from = self.at + from;
        self.bytes.drain(from..from + len);
        self.base += len as u64;
    }

    /// How many bytes are in memory.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.bytes.len()
    }

    fn let_go(&mut self) {
        self.bytes.drain(..self.at);
        self.base += self.at as u64;
        self.at = 0;
    }
}

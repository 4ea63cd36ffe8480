use memchr::memchr2_iter;

use crate::quoting::Stray;

/// One record, or the line that is left of a broken one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Frame {
    /// The line on which it starts, from 1.
    pub(crate) line: u64,
    /// The offset of its first byte in the file.
    pub(crate) byte: u64,
    /// How many bytes it has, without what ends its line.
    pub(crate) len: u64,
    /// Why it is not a sound record.
    pub(crate) broken: Option<Broken>,
    /// How many of its bytes the window still has.
    pub(crate) kept: usize,
    /// How many line ends are inside it.
    pub(crate) breaks: u64,
}

/// Why a line is not a sound record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// A quote is not where it may be.
    Quote(Stray),
    /// The record is longer than the cap.
    Size,
}

/// LF, CRLF and CR each end a line.
pub(crate) fn line_ends(bytes: &[u8]) -> u64 {
    let ends = memchr2_iter(b'\r', b'\n', bytes);
    ends.filter(|&at| bytes[at] == b'\r' || at == 0 || bytes[at - 1] != b'\r')
        .count() as u64
}

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::BufMut;
use memchr::memchr2;
use ml_core::Fingerprint;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

use crate::frame::{Broken, Frame, line_ends};
use crate::limits::Limits;
use crate::quoting::{Found, Scan};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// What was read of a file and is not done with: it hashes what comes in, cuts it into records, keeps the bytes of
/// the current record and hands them to csv-async.
///
/// Only sound records are handed over, one at a time, so that a broken one costs neither what follows it nor
/// more memory than the cap. A line ends with LF, CRLF or CR, as records do.
#[derive(Debug)]
pub(crate) struct Window<F> {
    file: F,
    limits: Limits,
    sha256: Sha256,
    bytes: Vec<u8>,
    /// Offset in the file of the first of `bytes`.
    base: u64,
    /// Where in `bytes` the current record starts.
    at: usize,
    line: u64,
    after_cr: bool,
    /// Before the first record: csv-async, too, takes a mark at its start for none of the header.
    headless: bool,
    ended: bool,
    scan: Scan,
    current: Frame,
    /// What csv-async has had of the current record.
    handed: usize,
}

/// What can be said about the next record without reading on.
enum Step {
    Frame(Frame),
    /// The line is longer than the cap.
    Long(Broken),
    More,
    End,
}

impl<F: AsyncRead + Unpin> Window<F> {
    pub(crate) fn new(file: F, limits: Limits) -> Self {
        Window {
            file,
            limits,
            sha256: Sha256::new(),
            bytes: Vec::new(),
            base: 0,
            at: 0,
            line: 1,
            after_cr: false,
            headless: true,
            ended: false,
            scan: Scan::default(),
            current: Frame::default(),
            handed: 0,
        }
    }

    /// Leaves the current record for the next one; `None` at the end of the file.
    pub(crate) async fn advance(&mut self) -> io::Result<Option<Frame>> {
        self.leave();
        loop {
            let frame = match self.step() {
                Step::Frame(frame) => frame,
                Step::Long(why) => self.cut_line(why).await?,
                Step::More => {
                    self.fill().await?;
                    continue;
                }
                Step::End => return Ok(None),
            };
            self.current = frame;
            self.headless = false;
            return Ok(Some(frame));
        }
    }

    /// The bytes of the current record, or the first of them when it is a line longer than the cap.
    pub(crate) fn raw(&self) -> &[u8] {
        &self.bytes[self.at..self.at + self.current.kept]
    }

    /// Whether the current record starts with the mark that belongs at the start of a file.
    pub(crate) fn starts_with_mark(&self) -> bool {
        self.raw().starts_with(BOM)
    }

    /// Whether the current record has a quote.
    pub(crate) fn is_quoted(&self) -> bool {
        self.scan.saw_quotes()
    }

    /// Where in the file the current record starts.
    pub(crate) fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// The hash of all that was read.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new(self.sha256.clone().finalize().into())
    }

    /// How many bytes are in memory.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.bytes.len()
    }

    fn leave(&mut self) {
        let left = std::mem::take(&mut self.current);
        self.at += left.kept;
        self.line += left.breaks;
        self.after_cr &= left.kept == 0;
        self.scan = Scan::default();
        self.handed = 0;
    }

    fn step(&mut self) -> Step {
        if self.scan == Scan::default() && !self.skip_between() {
            return if self.ended { Step::End } else { Step::More };
        }
        let cap = self.limits.record;
        let ahead = self.bytes.len() - self.at;
        // one byte past the cap, where the line end of the longest record stands
        let record = &self.bytes[self.at..self.at + ahead.min(cap + 1)];
        match (self.scan.run(record), self.scan.open_quote()) {
            (Some(Found::End(end)), _) => Step::Frame(self.sound(end)),
            (Some(Found::Stray(stray)), _) => self.first_line(Broken::Quote(stray)),
            (None, _) if ahead <= cap && !self.ended => Step::More,
            (None, Some(open)) => self.first_line(Broken::Quote(open)),
            (None, None) if ahead > cap => self.first_line(Broken::Size),
            (None, None) => Step::Frame(self.sound(ahead)),
        }
    }

    /// Steps over line ends, and before the header over marks; answers whether a record follows.
    fn skip_between(&mut self) -> bool {
        loop {
            match self.bytes.get(self.at) {
                Some(b'\n') if self.after_cr => self.skip(1),
                Some(b'\r' | b'\n') => {
                    self.line += 1;
                    self.skip(1);
                }
                Some(&first) if first == BOM[0] && self.headless => match self.is_mark() {
                    Some(true) => self.skip(BOM.len()),
                    Some(false) => return true,
                    None => return false,
                },
                next => return next.is_some(),
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.after_cr = self.bytes[self.at] == b'\r';
        self.at += bytes;
    }

    /// Whether the mark stands here; `None` before enough was read to say so.
    fn is_mark(&self) -> Option<bool> {
        let rest = &self.bytes[self.at..];
        let known = self.ended || rest.len() >= BOM.len();
        known.then(|| rest.starts_with(BOM))
    }

    fn sound(&self, end: usize) -> Frame {
        let breaks = match self.scan.saw_quotes() {
            true => line_ends(&self.bytes[self.at..self.at + end]),
            false => 0,
        };
        Frame {
            breaks,
            ..self.frame(end, None)
        }
    }

    fn frame(&self, len: usize, broken: Option<Broken>) -> Frame {
        Frame {
            line: self.line,
            byte: self.offset(),
            len: len as u64,
            broken,
            kept: len,
            breaks: 0,
        }
    }

    /// A broken record costs its first line; what follows is read as records of its own.
    fn first_line(&self, why: Broken) -> Step {
        let rest = &self.bytes[self.at..];
        match memchr2(b'\r', b'\n', rest) {
            Some(end) => Step::Frame(self.frame(end, Some(why))),
            None if self.ended => Step::Frame(self.frame(rest.len(), Some(why))),
            None if rest.len() <= self.limits.record => Step::More,
            None => Step::Long(why),
        }
    }

    /// Reads on to the end of a line longer than the cap and keeps only the start of it.
    async fn cut_line(&mut self, why: Broken) -> io::Result<Frame> {
        let mut frame = self.frame(self.limits.raw, Some(why));
        self.let_go();
        let keep = self.at + self.limits.raw;
        loop {
            let rest = &self.bytes[keep..];
            let end = memchr2(b'\r', b'\n', rest);
            let cut = end.unwrap_or(rest.len());
            self.bytes.drain(keep..keep + cut);
            // what stands behind the cut keeps its offset; that of the record is in the frame
            self.base += cut as u64;
            frame.len += cut as u64;
            if end.is_some() || self.ended {
                return Ok(frame);
            }
            self.read().await?;
        }
    }

    /// Lets go of what is done with, then reads on.
    async fn fill(&mut self) -> io::Result<()> {
        self.let_go();
        self.read().await
    }

    fn let_go(&mut self) {
        self.bytes.drain(..self.at);
        self.base += self.at as u64;
        self.at = 0;
    }

    async fn read(&mut self) -> io::Result<()> {
        let from = self.bytes.len();
        self.bytes.reserve(self.limits.block);
        let mut block = (&mut self.bytes).limit(self.limits.block);
        self.ended = self.file.read_buf(&mut block).await? == 0;
        self.sha256.update(&self.bytes[from..]);
        Ok(())
    }
}

/// The current record and a line end, whatever ended it in the file: csv-async then wants no byte of the next one.
impl<F: Unpin> AsyncRead for Window<F> {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let window = self.get_mut();
        let record = &window.bytes[window.at..window.at + window.current.kept];
        let rest = record.get(window.handed..).unwrap_or_default();
        let taken = rest.len().min(out.remaining());
        out.put_slice(&rest[..taken]);
        window.handed += taken;
        if window.handed == record.len() && out.remaining() > 0 {
            out.put_slice(b"\n");
            window.handed += 1;
        }
        Poll::Ready(Ok(()))
    }
}

use std::io::{self, Cursor};
use std::pin::Pin;
use std::task::{Context, Poll};

use memchr::memchr2;
use tokio::io::{AsyncRead, ReadBuf};

use crate::buffer::Buffer;
use crate::content::Bytes;
use crate::frame::{Broken, Frame, line_ends};
use crate::limits::Limits;
use crate::quoting::{Found, Marks, Scan};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Cuts a text into records, keeps the bytes of the current one and hands them to csv-async.
///
/// Only sound records are handed over, one at a time, so that a broken one costs neither what follows it nor
/// more memory than the cap. A line ends with LF, CRLF or CR, as records do. What stands between records is blank
/// lines, comments, and before the first one the preamble and marks of a file's start.
#[derive(Debug)]
pub(crate) struct Window<F> {
    buffer: Buffer<F>,
    limits: Limits,
    marks: Marks,
    line: u64,
    /// How many lines of the preamble are still to come.
    preamble: u64,
    /// In a line that is no record.
    aside: bool,
    after_cr: bool,
    /// Before the first record: csv-async, too, takes a mark at its start for none of the header.
    headless: bool,
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
    pub(crate) fn new(file: F, marks: Marks, limits: Limits) -> Self {
        Window {
            buffer: Buffer::new(file, limits.block),
            limits,
            marks,
            line: 1,
            preamble: marks.preamble,
            aside: false,
            after_cr: false,
            headless: true,
            scan: Scan::default(),
            current: Frame::default(),
            handed: 0,
        }
    }

    /// Leaves the current record for the next one; `None` at the end of the text.
    pub(crate) async fn advance(&mut self) -> io::Result<Option<Frame>> {
        self.leave();
        loop {
            let frame = match self.step() {
                Step::Frame(frame) => frame,
                Step::Long(why) => self.cut_line(why).await?,
                Step::More => {
                    self.buffer.fill().await?;
                    continue;
                }
                Step::End => return Ok(None),
            };
            self.current = frame;
            self.handed = self.scan.start();
            self.headless = false;
            return Ok(Some(frame));
        }
    }

    /// Reads on to the end of a line longer than the cap and keeps only the start of it.
    async fn cut_line(&mut self, why: Broken) -> io::Result<Frame> {
        let keep = self.limits.raw;
        let mut frame = self.frame(keep, Some(why));
        loop {
            let rest = &self.buffer.rest()[keep..];
            let end = memchr2(b'\r', b'\n', rest);
            let cut = end.unwrap_or(rest.len());
            self.buffer.cut(keep, cut);
            frame.len += cut as u64;
            if end.is_some() || self.buffer.ended() {
                return Ok(frame);
            }
            self.buffer.fill().await?;
        }
    }
}

impl Window<Bytes> {
    /// A window on a text that others stand before: it has neither preamble nor footer, nor a mark of a file's start.
    pub(crate) fn inside(text: Vec<u8>, marks: Marks, limits: Limits) -> Self {
        let marks = Marks {
            preamble: 0,
            footer: 0,
            ..marks
        };
        Window {
            headless: false,
            ..Window::new(Box::new(Cursor::new(text)), marks, limits)
        }
    }
}

impl<F> Window<F> {
    /// The bytes of the current record, or the first of them when it is a line longer than the cap.
    pub(crate) fn raw(&self) -> &[u8] {
        &self.buffer.rest()[..self.current.kept]
    }

    /// What the records are told apart by.
    pub(crate) fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Whether the current record starts with the mark that belongs at the start of a file.
    pub(crate) fn starts_with_mark(&self) -> bool {
        self.raw().starts_with(BOM)
    }

    /// Whether the current record is such a mark and nothing else.
    pub(crate) fn is_mark_alone(&self) -> bool {
        self.raw() == BOM
    }

    /// The current record behind such a mark, where it has no quotes.
    pub(crate) fn unquoted(&self) -> Option<&[u8]> {
        let record = self.raw().get(self.scan.start()..)?;
        (!self.scan.saw_quotes()).then_some(record)
    }

    /// Where in the text the current record starts.
    pub(crate) fn offset(&self) -> u64 {
        self.buffer.offset()
    }

    /// How many bytes are in memory.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.buffer.held()
    }

    fn leave(&mut self) {
        let left = std::mem::take(&mut self.current);
        self.buffer.skip(left.kept);
        self.line += left.breaks;
        self.after_cr &= left.kept == 0;
        self.scan = Scan::default();
    }

    fn step(&mut self) -> Step {
        if self.scan == Scan::default() {
            let record_follows = self.skip_between();
            match (record_follows, self.is_above_footer()) {
                (true, Some(true)) => self.scan = Scan::behind(self.mark_here()),
                (true, Some(false)) => return Step::End,
                _ if self.buffer.ended() => return Step::End,
                _ => return Step::More,
            }
        }
        let cap = self.limits.record;
        let ahead = self.buffer.rest().len();
        // one byte past the cap, where the line end of the longest record stands
        let record = &self.buffer.rest()[..ahead.min(cap + 1)];
        match (self.scan.run(record, &self.marks), self.scan.open_quote()) {
            (Some(Found::End(end)), _) => Step::Frame(self.sound(end)),
            (Some(Found::Stray(stray)), _) => self.first_line(Broken::Quote(stray)),
            (None, _) if ahead <= cap && !self.buffer.ended() => Step::More,
            (None, Some(open)) => self.first_line(Broken::Quote(open)),
            (None, None) if ahead > cap => self.first_line(Broken::Size),
            (None, None) => Step::Frame(self.sound(ahead)),
        }
    }

    /// Steps over what is between records; answers whether a record follows.
    fn skip_between(&mut self) -> bool {
        loop {
            if self.aside && !self.skip_line() {
                return false;
            }
            match self.buffer.rest().first() {
                Some(b'\n') if self.after_cr => self.skip(1),
                Some(b'\r' | b'\n') => {
                    self.line += 1;
                    self.preamble = self.preamble.saturating_sub(1);
                    self.skip(1);
                }
                Some(_) if self.preamble > 0 => self.aside = true,
                Some(first) if self.marks.comment == Some(*first) => self.aside = true,
                Some(&first) if first == BOM[0] => match self.is_mark() {
                    Some(true) if self.headless => self.skip(BOM.len()),
                    Some(_) => return true,
                    None => return false,
                },
                next => return next.is_some(),
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.after_cr = self.buffer.rest().first() == Some(&b'\r');
        self.buffer.skip(bytes);
    }

    /// To the end of the line; answers whether it was found.
    fn skip_line(&mut self) -> bool {
        let rest = self.buffer.rest();
        let end = memchr2(b'\r', b'\n', rest);
        let len = end.unwrap_or(rest.len());
        self.buffer.skip(len);
        self.after_cr &= len == 0;
        self.aside = end.is_none();
        !self.aside
    }

    /// Whether the mark stands here; `None` before enough was read to say so.
    fn is_mark(&self) -> Option<bool> {
        let rest = self.buffer.rest();
        let known = self.buffer.ended() || rest.len() >= BOM.len();
        known.then(|| rest.starts_with(BOM))
    }

    fn mark_here(&self) -> usize {
        match self.buffer.rest().starts_with(BOM) {
            true => BOM.len(),
            false => 0,
        }
    }

    /// Whether more lines follow than the footer has; `None` before enough was read to say so.
    fn is_above_footer(&self) -> Option<bool> {
        if self.marks.footer == 0 {
            return Some(true);
        }
        let rest = self.buffer.rest();
        let lines = rest.split(|byte| matches!(byte, b'\r' | b'\n'));
        let mut lines = lines.filter(|line| !line.is_empty());
        let above = lines.nth(self.marks.footer as usize).is_some();
        // a footer longer than the longest record is none
        (above || self.buffer.ended() || rest.len() > self.limits.record)
            .then(|| above || !self.buffer.ended())
    }

    fn sound(&self, end: usize) -> Frame {
        let breaks = match self.scan.saw_quotes() {
            true => line_ends(&self.buffer.rest()[..end]),
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
        let rest = self.buffer.rest();
        match memchr2(b'\r', b'\n', rest) {
            Some(end) => Step::Frame(self.frame(end, Some(why))),
            None if self.buffer.ended() => Step::Frame(self.frame(rest.len(), Some(why))),
            None if rest.len() <= self.limits.record => Step::More,
            None => Step::Long(why),
        }
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
        let record = window.raw();
        let rest = record.get(window.handed..).unwrap_or_default();
        let (taken, len) = (rest.len().min(out.remaining()), record.len());
        out.put_slice(&rest[..taken]);
        window.handed += taken;
        if window.handed == len && out.remaining() > 0 {
            out.put_slice(b"\n");
            window.handed += 1;
        }
        Poll::Ready(Ok(()))
    }
}

//! Quotes read strictly, as in RFC 4180 whatever the dialect: a quote opens only at the start of a field, and a
//! closing quote is followed by a delimiter, the end of the line or the end of the file. csv-async makes something
//! of every input, so that one stray quote swallows whatever follows it.

use memchr::{memchr, memchr2, memchr3};

/// The bytes of a dialect that have a meaning to whoever looks for the ends of records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marks {
    pub(crate) delimiter: u8,
    pub(crate) quote: Option<u8>,
    pub(crate) escape: Option<u8>,
    pub(crate) comment: Option<u8>,
    /// How many lines stand before the first record.
    pub(crate) preamble: u64,
    /// How many lines stand behind the last record.
    pub(crate) footer: u64,
}

impl Marks {
    /// Every line that is not blank is a record.
    pub(crate) const LINES: Marks = Marks {
        delimiter: b',',
        quote: None,
        escape: None,
        comment: None,
        preamble: 0,
        footer: 0,
    };

    fn is_quote(&self, byte: Option<&u8>) -> bool {
        self.quote.is_some() && self.quote.as_ref() == byte
    }

    fn is_escape(&self, byte: Option<&u8>) -> bool {
        self.escape.is_some() && self.escape.as_ref() == byte
    }
}

/// Looks for the end of one record, and can be interrupted at any byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Scan {
    /// Where the first field starts.
    start: usize,
    at: usize,
    opened: usize,
    quoted: bool,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    /// Outside quotes.
    #[default]
    Plain,
    /// Inside quotes.
    Quoted,
    /// Behind an escape: the next byte is part of the value.
    Escaped,
    /// Behind a quote that was inside quotes: it closed the field, or it is one half of a doubled quote.
    Behind,
}

/// What a scan found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// The record ends before this byte of it.
    End(usize),
    /// A quote is not where it may be.
    Stray(Stray),
}

/// A quote that breaks a record; the number is its offset in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stray {
    /// It closed a field, and text follows.
    Closing(usize),
    /// It stands in a field that did not start with one.
    Inside(usize),
    /// It opened a field that is not closed before the end of the file or the cap.
    Open(usize),
}

impl Scan {
    /// Whether the record had a quote so far.
    pub(crate) fn saw_quotes(&self) -> bool {
        self.quoted
    }

    /// A scan that steps over the first bytes of its record.
    pub(crate) fn behind(start: usize) -> Self {
        Scan {
            start,
            at: start,
            ..Scan::default()
        }
    }

    /// Where the first field starts.
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// Goes on over `record`, which has grown since the last call; `None` asks for more of it.
    #[inline]
    pub(crate) fn run(&mut self, record: &[u8], marks: &Marks) -> Option<Found> {
        loop {
            let rest = record.get(self.at..)?;
            match self.state {
                State::Plain => {
                    let found = match marks.quote {
                        Some(quote) => memchr3(quote, b'\r', b'\n', rest),
                        None => memchr2(b'\r', b'\n', rest),
                    };
                    self.at += found.unwrap_or(rest.len());
                    let byte = rest[found?];
                    if matches!(byte, b'\r' | b'\n') {
                        return Some(Found::End(self.at));
                    }
                    if self.at > self.start && record[self.at - 1] != marks.delimiter {
                        return Some(Found::Stray(Stray::Inside(self.at)));
                    }
                    self.open();
                }
                State::Quoted => self.quoted(rest, marks)?,
                State::Escaped => {
                    rest.first()?;
                    self.go(1, State::Quoted);
                }
                State::Behind => match *rest.first()? {
                    byte if Some(byte) == marks.quote => self.go(1, State::Quoted),
                    byte if byte == marks.delimiter => self.go(1, State::Plain),
                    b'\r' | b'\n' => return Some(Found::End(self.at)),
                    _ => return Some(Found::Stray(Stray::Closing(self.at - 1))),
                },
            }
        }
    }

    /// To what ends the quoted part, or to the end of what is there.
    #[inline]
    fn quoted(&mut self, rest: &[u8], marks: &Marks) -> Option<()> {
        let quote = marks.quote?;
        let found = match marks.escape {
            Some(escape) => memchr2(quote, escape, rest),
            None => memchr(quote, rest),
        };
        let Some(ahead) = found else {
            self.at += rest.len();
            return None;
        };
        let state = match rest[ahead] == quote {
            true => State::Behind,
            false => State::Escaped,
        };
        self.go(ahead + 1, state);
        Some(())
    }

    fn open(&mut self) {
        self.opened = self.at;
        self.quoted = true;
        self.go(1, State::Quoted);
    }

    fn go(&mut self, ahead: usize, state: State) {
        self.at += ahead;
        self.state = state;
    }

    /// The quote that is open here, if one is.
    pub(crate) fn open_quote(&self) -> Option<Stray> {
        matches!(self.state, State::Quoted | State::Escaped).then_some(Stray::Open(self.opened))
    }
}

/// Where byte `offset` of the decoded field number `index` stands in a sound record.
pub(crate) fn locate(record: &[u8], marks: &Marks, index: usize, offset: usize) -> usize {
    let start = (0..index).fold(0, |at, _| behind_field(record, marks, at) + 1);
    if !marks.is_quote(record.get(start)) {
        return start + offset;
    }
    // in a quoted field a quote is there twice, and an escape besides what it escapes
    let value = |at: usize| at + usize::from(marks.is_escape(record.get(at)));
    let behind =
        |at: usize| value(at) + 1 + usize::from(value(at) == at && marks.is_quote(record.get(at)));
    value((0..offset).fold(start + 1, |at, _| behind(at)))
}

fn behind_field(record: &[u8], marks: &Marks, start: usize) -> usize {
    let (mut at, mut quoted) = (start, false);
    while let Some(byte) = record.get(at) {
        match *byte {
            _ if quoted && marks.is_escape(Some(byte)) => at += 1,
            _ if marks.is_quote(Some(byte)) => quoted = !quoted,
            byte if byte == marks.delimiter && !quoted => break,
            _ => {}
        }
        at += 1;
    }
    at.min(record.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: Marks = Marks {
        quote: Some(b'"'),
        ..Marks::LINES
    };

    const ESCAPED: Marks = Marks {
        delimiter: b';',
        quote: Some(b'\''),
        escape: Some(b'\\'),
        ..Marks::LINES
    };

    fn scan(bytes: &[u8]) -> Option<Found> {
        Scan::default().run(bytes, &CSV)
    }

    #[test]
    fn an_escape_hides_a_quote() {
        let scan = |bytes: &[u8]| Scan::default().run(bytes, &ESCAPED);
        let record = b"'a\\';\n\\\\';b\n";
        assert_eq!(scan(record), Some(Found::End(11)));
        assert_eq!(scan(b"'a\\\\'b\n"), Some(Found::Stray(Stray::Closing(4))));
        assert_eq!(scan(b"'a\\"), None);
        for (offset, expected) in [(0, b'a'), (1, b'\''), (2, b';'), (3, b'\n'), (4, b'\\')] {
            assert_eq!(record[locate(record, &ESCAPED, 0, offset)], expected);
        }
        assert_eq!(record[locate(record, &ESCAPED, 1, 0)], b'b');
    }

    #[test]
    fn without_quotes_a_quote_is_a_character() {
        let scan = |bytes: &[u8]| Scan::default().run(bytes, &Marks::LINES);
        assert_eq!(scan(b"a\"b,\"c\n"), Some(Found::End(6)));
        assert_eq!(locate(b"a\"b,\"c", &Marks::LINES, 1, 1), 5);
    }

    #[test]
    fn a_record_ends_at_a_line_break_outside_quotes() {
        assert_eq!(scan(b"a,b\nc"), Some(Found::End(3)));
        assert_eq!(scan(b"a,b\r\nc"), Some(Found::End(3)));
        assert_eq!(scan(b"a,b\rc"), Some(Found::End(3)));
        assert_eq!(scan(b"a,\"b\nc\"\n"), Some(Found::End(7)));
        assert_eq!(scan(b"\"a \"\"b\"\"\",\"\"\n"), Some(Found::End(12)));
        assert_eq!(scan(b"a,b"), None);
    }

    #[test]
    fn a_stray_quote_is_found_where_it_stands() {
        let stray = |stray| Some(Found::Stray(stray));
        assert_eq!(scan(b"a,\"b\"c\n"), stray(Stray::Closing(4)));
        assert_eq!(scan(b"a,b\"c\n"), stray(Stray::Inside(3)));
        assert_eq!(scan(b"a, \"c\"\n"), stray(Stray::Inside(3)));
        assert_eq!(
            scan(b"1,\"abc,2\n3,\"hello\",5\n"),
            stray(Stray::Closing(11))
        );
        let mut open = Scan::default();
        assert_eq!(open.run(b"a,\"b\nc", &CSV), None);
        assert_eq!(open.open_quote(), Some(Stray::Open(2)));
    }

    #[test]
    fn a_quote_at_the_first_byte_counts_as_seen() {
        let mut scan = Scan::default();
        assert_eq!(scan.run(b"\"a\",b\n", &CSV), Some(Found::End(5)));
        assert!(scan.saw_quotes());
        let mut plain = Scan::default();
        assert_eq!(plain.run(b"a,b\n", &CSV), Some(Found::End(3)));
        assert!(!plain.saw_quotes());
    }

    #[test]
    fn what_is_stepped_over_is_not_looked_at() {
        let mut scan = Scan::behind(2);
        assert_eq!(scan.run(b"\"\n\"a\",b\n", &CSV), Some(Found::End(7)));
        assert_eq!((scan.start(), scan.saw_quotes()), (2, true));
    }

    #[test]
    fn a_decoded_byte_is_located_in_the_record() {
        let record = b"ab,\"c,\"\"d\ne\",f";
        assert_eq!(locate(record, &CSV, 0, 1), 1);
        for (offset, expected) in [(0, b'c'), (1, b','), (3, b'd'), (5, b'e')] {
            assert_eq!(record[locate(record, &CSV, 1, offset)], expected);
        }
        assert_eq!(record[locate(record, &CSV, 1, 2)], b'"');
        assert_eq!(record[locate(record, &CSV, 2, 0)], b'f');
    }
}

//! RFC 4180 read strictly: a quote opens only at the start of a field, and a closing quote is followed by a
//! comma, the end of the line or the end of the file. csv-async makes something of every input, so that one
//! stray quote swallows whatever follows it.

use memchr::{memchr, memchr3};

pub(crate) const QUOTE: u8 = b'"';
pub(crate) const COMMA: u8 = b',';

/// Looks for the end of one record, and can be interrupted at any byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Scan {
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

    /// Goes on over `record`, which has grown since the last call; `None` asks for more of it.
    #[inline]
    pub(crate) fn run(&mut self, record: &[u8]) -> Option<Found> {
        loop {
            let rest = record.get(self.at..)?;
            match self.state {
                State::Plain => {
                    let Some(ahead) = memchr3(QUOTE, b'\r', b'\n', rest) else {
                        self.at = record.len();
                        return None;
                    };
                    self.at += ahead;
                    if rest[ahead] != QUOTE {
                        return Some(Found::End(self.at));
                    }
                    if self.at > 0 && record[self.at - 1] != COMMA {
                        return Some(Found::Stray(Stray::Inside(self.at)));
                    }
                    self.open();
                }
                State::Quoted => match memchr(QUOTE, rest) {
                    Some(ahead) => self.go(ahead + 1, State::Behind),
                    None => {
                        self.at = record.len();
                        return None;
                    }
                },
                State::Behind => match *rest.first()? {
                    QUOTE => self.go(1, State::Quoted),
                    COMMA => self.go(1, State::Plain),
                    b'\r' | b'\n' => return Some(Found::End(self.at)),
                    _ => return Some(Found::Stray(Stray::Closing(self.at - 1))),
                },
            }
        }
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
        (self.state == State::Quoted).then_some(Stray::Open(self.opened))
    }
}

/// Where byte `offset` of the decoded field number `index` stands in a sound record.
pub(crate) fn locate(record: &[u8], index: usize, offset: usize) -> usize {
    let start = (0..index).fold(0, |at, _| behind_field(record, at) + 1);
    if record.get(start) != Some(&QUOTE) {
        return start + offset;
    }
    // a quote in a quoted field is there twice
    (0..offset).fold(start + 1, |at, _| {
        at + 1 + usize::from(record.get(at) == Some(&QUOTE))
    })
}

fn behind_field(record: &[u8], start: usize) -> usize {
    let rest = record.get(start..).unwrap_or_default();
    let mut quoted = false;
    let end = rest.iter().position(|&byte| {
        quoted ^= byte == QUOTE;
        byte == COMMA && !quoted
    });
    start + end.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(bytes: &[u8]) -> Option<Found> {
        Scan::default().run(bytes)
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
        assert_eq!(open.run(b"a,\"b\nc"), None);
        assert_eq!(open.open_quote(), Some(Stray::Open(2)));
    }

    #[test]
    fn a_quote_at_the_first_byte_counts_as_seen() {
        let mut scan = Scan::default();
        assert_eq!(scan.run(b"\"a\",b\n"), Some(Found::End(5)));
        assert!(scan.saw_quotes());
        let mut plain = Scan::default();
        assert_eq!(plain.run(b"a,b\n"), Some(Found::End(3)));
        assert!(!plain.saw_quotes());
    }

    #[test]
    fn a_decoded_byte_is_located_in_the_record() {
        let record = b"ab,\"c,\"\"d\ne\",f";
        assert_eq!(locate(record, 0, 1), 1);
        for (offset, expected) in [(0, b'c'), (1, b','), (3, b'd'), (5, b'e')] {
            assert_eq!(record[locate(record, 1, offset)], expected);
        }
        assert_eq!(record[locate(record, 1, 2)], QUOTE);
        assert_eq!(record[locate(record, 2, 0)], b'f');
    }
}

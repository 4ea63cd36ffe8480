use std::fmt;
use std::ops::Range;

use ml_core::Error;

/// What is wrong, and at which bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) at: Range<usize>,
    pub(crate) what: String,
}

impl Flaw {
    pub(crate) fn new(at: Range<usize>, what: impl Into<String>) -> Self {
        let what = what.into();
        Flaw { at, what }
    }
}

/// A text that a person wrote, under the name by which errors call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    name: String,
    text: String,
}

impl Source {
    pub(crate) fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Source {
            name: name.into(),
            text: text.into(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// One line that says where and what; its cause shows the place.
    pub(crate) fn refused(&self, flaw: Flaw) -> Error {
        let (line, column) = position(&self.text, flaw.at.start);
        let name = &self.name;
        let what: String = flaw.what.chars().map(plain).collect();
        Error::contract(format!("{name}, line {line} column {column}: {what}"))
            .because(Caret::under(&self.text, flaw.at).to_string())
    }
}

/// Line and column of a byte, both from 1; a column is a Unicode scalar value.
pub(crate) fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = &text[..floor(text, byte)];
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (line, before[start..].chars().count() + 1)
}

/// The byte at a line and a column; past the end of its line it is that end.
pub(crate) fn byte_at(text: &str, line: u64, column: u64) -> usize {
    let mut lines = text.split_inclusive('\n');
    let before = lines.by_ref().take(less_one(line)).map(str::len).sum();
    let rest: &str = &text[before..];
    let line = rest.split('\n').next().unwrap_or_default();
    let within = line.char_indices().nth(less_one(column));
    before + within.map_or(line.len(), |(byte, _)| byte)
}

fn less_one(place: u64) -> usize {
    usize::try_from(place.saturating_sub(1)).unwrap_or(usize::MAX)
}

/// The nearest start of a character at or before the byte.
fn floor(text: &str, byte: usize) -> usize {
    text.floor_char_boundary(byte)
}

/// How much of a long line is shown on each side of the place.
const SHOWN: usize = 60;

/// A line of the text and, under it, marks for the place.
struct Caret {
    shown: String,
    indent: usize,
    marks: usize,
}

impl Caret {
    fn under(text: &str, at: Range<usize>) -> Self {
        let (start, end) = (floor(text, at.start), floor(text, at.end));
        let from = text[..start].rfind('\n').map_or(0, |end| end + 1);
        let to = text[start..].find('\n').map_or(text.len(), |n| start + n);
        let before: Vec<char> = text[from..start].chars().collect();
        let skipped = before.len().saturating_sub(SHOWN);
        let marked = text[start..end.clamp(start, to)].chars().count();
        let rest = text[start..to].chars().take(SHOWN);
        Caret {
            shown: before[skipped..]
                .iter()
                .copied()
                .chain(rest)
                .map(plain)
                .collect(),
            indent: before.len() - skipped,
            marks: marked.clamp(1, SHOWN),
        }
    }
}

/// Tabs would move the marks, other control characters could move anything.
fn plain(char: char) -> char {
    if char.is_control() { ' ' } else { char }
}

/// Starts on a line of its own, because errors put their causes behind a colon.
impl fmt::Display for Caret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shown, marks) = (self.shown.trim_end(), "^".repeat(self.marks));
        write!(
            f,
            "\n  {shown}\n  {:indent$}{marks}",
            "",
            indent = self.indent
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_column_is_a_character() {
        let text = "ab\né = 日本";
        assert_eq!(position(text, 0), (1, 1));
        assert_eq!(position(text, 3), (2, 1));
        assert_eq!(position(text, text.find('本').unwrap()), (2, 6));
        assert_eq!(position(text, 4), (2, 1), "inside of é");
        assert_eq!(position(text, 999), (2, 7));
    }

    #[test]
    fn the_marks_stand_under_the_place() {
        let error = Source::new("x.toml", "a = 1\n\tb = 2").refused(Flaw::new(7..8, "no"));
        assert_eq!(error.to_string(), "x.toml, line 2 column 2: no");
        assert_eq!(
            error.chain(),
            "x.toml, line 2 column 2: no: \n   b = 2\n   ^"
        );
    }

    #[test]
    fn a_long_line_is_cut() {
        let text = format!("{}!{}", "x".repeat(1_000), "y".repeat(1_000));
        let caret = Caret::under(&text, 1_000..1_900).to_string();
        assert_eq!(caret.lines().count(), 3);
        assert!(caret.lines().all(|line| line.len() <= 2 + 2 * SHOWN));
    }

    proptest! {
        #[test]
        fn places_are_found_again(text in "(\\PC|[\n\t\r]){0,40}", byte in 0_usize..200) {
            let (line, column) = position(&text, byte);
            prop_assert_eq!(byte_at(&text, line as u64, column as u64), floor(&text, byte));
            let _ = Caret::under(&text, byte..byte + 3).to_string();
            let _ = byte_at(&text, byte as u64, u64::MAX);
        }
    }
}

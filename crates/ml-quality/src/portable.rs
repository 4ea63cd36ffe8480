//! Translates a regular expression into the words that Rust's `regex` and PostgreSQL's advanced regular
//! expressions share, or names what they do not share.
//!
//! Source: PostgreSQL documentation, "POSIX Regular Expressions"; documentation of `regex`, "Syntax".

use std::iter::Peekable;
use std::str::Chars;

/// Why a pattern is refused.
type Result<T> = std::result::Result<T, String>;

/// PostgreSQL's own.
const MAX_REPEATS: u32 = 255;
/// Characters after repetitions are written out; both compile that in well under a megabyte.
const MAX_SIZE: u32 = 5_000;
const MAX_DEPTH: u32 = 50;

const DIGIT: &str = "0-9";
const WORD: &str = "0-9A-Za-z_";
const SPACE: &str = r" \t\n\v\f\r";

/// The same pattern for both.
pub(crate) fn portable(pattern: &str) -> Result<String> {
    let mut parser = Parser {
        rest: pattern.chars().peekable(),
        out: String::with_capacity(pattern.len() * 2),
        depth: 0,
    };
    parser.alternatives()?;
    match parser.rest.next() {
        Some(_) => Err("an unopened )".into()),
        None => Ok(parser.out),
    }
}

struct Parser<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
    depth: u32,
}

/// What has been written.
#[derive(Clone, Copy, Default)]
struct Piece {
    /// Characters once repetitions are written out.
    size: u32,
    /// Has `^` or `$` in it, which may not be repeated.
    anchored: bool,
}

impl Piece {
    const CHAR: Piece = Piece {
        size: 1,
        anchored: false,
    };
    const ANCHOR: Piece = Piece {
        size: 1,
        anchored: true,
    };

    fn and(self, other: Piece) -> Result<Piece> {
        let size = self.size.saturating_add(other.size);
        if size > MAX_SIZE {
            return Err(format!("more than {MAX_SIZE} characters, written out"));
        }
        Ok(Piece {
            size,
            anchored: self.anchored || other.anchored,
        })
    }
}

impl Parser<'_> {
    fn alternatives(&mut self) -> Result<Piece> {
        let mut all = Piece::default();
        loop {
            match self.rest.peek() {
                None | Some(')') => return Ok(all),
                Some('|') => {
                    self.rest.next();
                    self.out.push('|');
                }
                Some(_) => all = all.and(self.repeated()?)?,
            }
        }
    }

    fn repeated(&mut self) -> Result<Piece> {
        let piece = self.atom()?;
        let times = match self.rest.peek() {
            Some(sign @ ('*' | '+' | '?')) => {
                self.out.push(*sign);
                self.rest.next();
                1
            }
            Some('{') => self.bounds()?,
            _ => return Ok(piece),
        };
        if piece.anchored {
            return Err("a repeated ^ or $".into());
        }
        if let Some('*' | '+' | '?' | '{') = self.rest.peek() {
            return Err("a repetition of a repetition, or one that is not greedy".into());
        }
        let size = piece.size.saturating_mul(times);
        Piece { size, ..piece }.and(Piece::default())
    }

    fn atom(&mut self) -> Result<Piece> {
        match self.rest.next() {
            Some('(') => return self.group(),
            Some('[') => self.class()?,
            Some('.') => self.out.push_str(r"[^\n]"),
            Some(anchor @ ('^' | '$')) => {
                self.out.push(anchor);
                return Ok(Piece::ANCHOR);
            }
            Some('\\') => self.escaped()?,
            Some(sign @ ('*' | '+' | '?' | '{')) => return Err(format!("{sign} after nothing")),
            Some(char) => self.literal(char)?,
            None => return Err("it ends too early".into()),
        }
        Ok(Piece::CHAR)
    }

    fn group(&mut self) -> Result<Piece> {
        if self.rest.next_if_eq(&'?').is_some() && self.rest.next() != Some(':') {
            return Err("(?, which is look-around, a flag or a name".into());
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("more than {MAX_DEPTH} groups inside each other"));
        }
        self.out.push_str("(?:");
        let piece = self.alternatives()?;
        self.depth -= 1;
        if self.rest.next() != Some(')') {
            return Err("an unclosed (".into());
        }
        self.out.push(')');
        Ok(piece)
    }

    fn bounds(&mut self) -> Result<u32> {
        self.rest.next();
        let least = self.number()?;
        let most = match self.rest.next_if_eq(&',') {
            None => Some(least),
            Some(_) if self.rest.peek() == Some(&'}') => None,
            Some(_) => Some(self.number()?),
        };
        if self.rest.next() != Some('}') {
            return Err("an unclosed {".into());
        }
        let times = most.unwrap_or(least);
        if times > MAX_REPEATS || times < least {
            return Err(format!("a repetition outside 0 to {MAX_REPEATS} times"));
        }
        let written = match most {
            Some(most) => format!("{{{least},{most}}}"),
            None => format!("{{{least},}}"),
        };
        self.out.push_str(&written);
        Ok(times.max(1))
    }

    fn number(&mut self) -> Result<u32> {
        let mut digits = String::new();
        while let Some(digit) = self.rest.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        let expected = |_| String::from("{ without a number from 0 to 255 (a brace itself is \\{)");
        digits.parse().map_err(expected)
    }

    fn escaped(&mut self) -> Result<()> {
        let class = match self.rest.next() {
            Some('d') => format!("[{DIGIT}]"),
            Some('w') => format!("[{WORD}]"),
            Some('s') => format!("[{SPACE}]"),
            Some('D') => format!("[^{DIGIT}]"),
            Some('W') => format!("[^{WORD}]"),
            Some('S') => format!("[^{SPACE}]"),
            other => {
                let char = unescaped(other)?;
                return self.literal(char);
            }
        };
        self.out.push_str(&class);
        Ok(())
    }

    fn class(&mut self) -> Result<()> {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        if self.rest.peek() == Some(&']') {
            return Err("[] or a class that starts with ]".into());
        }
        while self.rest.next_if_eq(&']').is_none() {
            self.class_item()?;
        }
        self.out.push(']');
        Ok(())
    }

    fn class_item(&mut self) -> Result<()> {
        let from = match self.class_char()? {
            Ok(char) => char,
            Err(class) => {
                self.out.push_str(class);
                return match self.is_range() {
                    true => Err("a range that starts at a class".into()),
                    false => Ok(()),
                };
            }
        };
        self.literal(from)?;
        if !self.is_range() {
            return Ok(());
        }
        self.rest.next();
        let to = self.class_char()?;
        let to = to.map_err(|_| String::from("a range that ends at a class"))?;
        if to < from {
            return Err(format!("the range {from}-{to}"));
        }
        self.out.push('-');
        self.literal(to)
    }

    /// Whether a hyphen follows that is not the last character of the class.
    fn is_range(&self) -> bool {
        let mut ahead = self.rest.clone();
        ahead.next() == Some('-') && ahead.next() != Some(']')
    }

    /// A character, or what stands for one of several.
    fn class_char(&mut self) -> Result<std::result::Result<char, &'static str>> {
        match self.rest.next() {
            None => Err("an unclosed [".into()),
            Some('[') => Err("[ in a class (a bracket itself is \\[)".into()),
            Some('\\') => match self.rest.next() {
                Some('d') => Ok(Err(DIGIT)),
                Some('w') => Ok(Err(WORD)),
                Some('s') => Ok(Err(SPACE)),
                other => unescaped(other).map(Ok),
            },
            Some(char) => Ok(Ok(char)),
        }
    }

    /// A character that stands for itself.
    fn literal(&mut self, char: char) -> Result<()> {
        if char == '\0' {
            return Err("a NUL".into());
        }
        if r"\.+*?()|[]{}^$#&-~".contains(char) {
            self.out.push('\\');
        }
        self.out.push(char);
        Ok(())
    }
}

/// What a backslash and this one stand for.
fn unescaped(escape: Option<char>) -> Result<char> {
    match escape {
        Some('n') => Ok('\n'),
        Some('r') => Ok('\r'),
        Some('t') => Ok('\t'),
        Some(digit) if digit.is_ascii_digit() => Err(format!("\\{digit}, a back-reference")),
        Some(char) if char.is_ascii_punctuation() => Ok(char),
        Some(char) => Err(format!("\\{char}")),
        None => Err("a backslash at the end".into()),
    }
}

#[cfg(test)]
mod tests;

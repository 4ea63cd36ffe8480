use std::fmt::{self, Write};

use serde::{Serialize, Serializer};

use crate::Pattern;

/// Of longer texts the shape is cut, which `…` shows.
const MAX_RUNS: usize = 24;
const CUT: char = '…';

/// What PostgreSQL repeats at most.
const MAX_REPEATS: u32 = 255;

/// What a text looks like: `9` is an ASCII digit, `A` an upper-case and `a` a lower-case ASCII letter, everything
/// else itself, and braces say how many: `INV-2024` has the shape `A{3}-9{4}`.
///
/// Braces and backslashes of the text have a backslash before them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape {
    spans: Vec<Span>,
}

/// As many characters of one kind beside each other as some text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    of: char,
    least: u32,
    most: u32,
}

/// Characters of one kind beside each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Run {
    of: char,
    times: u32,
}

/// Writes down the shape of a text in memory that is there already.
pub(super) fn trace(text: &str, runs: &mut Vec<Run>) {
    runs.clear();
    for char in text.chars() {
        let of = kind(char);
        if let Some(last) = runs.last_mut().filter(|last| last.of == of) {
            last.times = last.times.saturating_add(1);
        } else if runs.len() < MAX_RUNS {
            runs.push(Run { of, times: 1 });
        } else {
            return runs.push(Run { of: CUT, times: 1 });
        }
    }
}

fn kind(char: char) -> char {
    match char {
        '0'..='9' => '9',
        'A'..='Z' => 'A',
        'a'..='z' => 'a',
        other => other,
    }
}

impl Shape {
    pub(super) fn of(runs: &[Run]) -> Self {
        let span = |run: &Run| Span {
            of: run.of,
            least: run.times,
            most: run.times,
        };
        Shape {
            spans: runs.iter().map(span).collect(),
        }
    }

    /// Whether the two differ in nothing but how many.
    pub(super) fn is_like(&self, other: &Shape) -> bool {
        let kinds = self.spans.iter().map(|span| span.of);
        kinds.eq(other.spans.iter().map(|span| span.of))
    }

    /// Takes in a shape that is like this one.
    pub(super) fn widen(&mut self, other: &Shape) {
        for (span, other) in self.spans.iter_mut().zip(&other.spans) {
            span.least = span.least.min(other.least);
            span.most = span.most.max(other.most);
        }
    }

    /// The pattern of all texts of this shape, where rules can have it: not of no text at all, and not once it is cut.
    pub(super) fn pattern(&self) -> Option<Pattern> {
        let is_whole = (1..=MAX_RUNS).contains(&self.spans.len());
        if !is_whole || self.spans.iter().any(|span| span.most > MAX_REPEATS) {
            return None;
        }
        let mut text = String::from("^");
        for span in &self.spans {
            push_class(&mut text, span.of);
            // Writing to a `String` does not fail.
            let _ = push_times(&mut text, span);
        }
        text.push('$');
        let pattern = Pattern::new(text);
        pattern.compiled().is_ok().then_some(pattern)
    }
}

fn push_class(text: &mut String, of: char) {
    match of {
        '9' => text.push_str("[0-9]"),
        'A' => text.push_str("[A-Z]"),
        'a' => text.push_str("[a-z]"),
        // As it is, these would not show where people read the pattern.
        '\n' => text.push_str(r"\n"),
        '\r' => text.push_str(r"\r"),
        '\t' => text.push_str(r"\t"),
        sign if sign.is_ascii_punctuation() => text.extend(['\\', sign]),
        other => text.push(other),
    }
}

fn push_times(text: &mut impl Write, span: &Span) -> fmt::Result {
    match (span.least, span.most) {
        (1, 1) => Ok(()),
        (least, most) if least == most => write!(text, "{{{least}}}"),
        (least, most) => write!(text, "{{{least},{most}}}"),
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for span in &self.spans {
            match span.of {
                sign @ ('{' | '}' | '\\') => write!(f, "\\{sign}")?,
                control if control.is_control() => control.escape_debug().fmt(f)?,
                other => f.write_char(other)?,
            }
            push_times(f, span)?;
        }
        Ok(())
    }
}

/// As it is shown.
impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shape(text: &str) -> Shape {
        let mut runs = Vec::new();
        trace(text, &mut runs);
        Shape::of(&runs)
    }

    #[test]
    fn a_text_has_a_shape() {
        let cases = [
            ("INV-2024", "A{3}-9{4}"),
            ("Ada Lovelace", "Aa{2} Aa{7}"),
            ("Zoë", "Aaë"),
            ("", ""),
            ("{1}\\\n", "\\{9\\}\\\\\\n"),
        ];
        for (text, shown) in cases {
            assert_eq!(shape(text).to_string(), shown, "{text:?}");
        }
        assert_eq!(serde_json::json!(shape("A1")), "A9");
    }

    #[test]
    fn a_long_text_has_a_cut_shape() {
        let whole = shape(&"a1".repeat(12));
        assert!(whole.pattern().is_some());
        let cut = shape(&"a1".repeat(13));
        assert!(cut.to_string().ends_with("a9…") && cut.pattern().is_none());
        assert_eq!(
            shape(&"a".repeat(255))
                .pattern()
                .map(|p| p.as_str().to_owned()),
            Some("^[a-z]{255}$".into())
        );
        assert!(shape(&"a".repeat(256)).pattern().is_none());
        assert!(shape("").pattern().is_none() && shape("a\0").pattern().is_none());
    }

    proptest! {
        /// Law: the pattern of two shapes that are alike finds both texts.
        #[test]
        fn a_pattern_finds_what_it_was_made_of(text in "[\\PC\n\t]{0,8}", signs in "[ -~]{0,8}", digits in "[0-9]{1,9}") {
            for text in [text, signs] {
                let (one, other) = (format!("{text}#1"), format!("{text}#{digits}"));
                let mut both = shape(&one);
                prop_assert!(both.is_like(&shape(&other)));
                both.widen(&shape(&other));
                let pattern = both.pattern().unwrap().compiled().unwrap();
                prop_assert_eq!(pattern.is_match(&one), Some(true));
                prop_assert_eq!(pattern.is_match(&other), Some(true));
                prop_assert_eq!(pattern.is_match(&format!("{one}a")), Some(false));
            }
        }
    }
}

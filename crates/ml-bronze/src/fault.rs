//! What the reader itself has against a record, as violations of rules with stable names.

use std::fmt::Write;

use ml_core::{Action, ColumnDef, Dimension, Fault, RuleCount, Scorecard, Violation};

use crate::frame::Broken;
use crate::limits::Limits;
use crate::quoting::Stray;

const QUOTE: &str = "csv.quote";
const WIDTH: &str = "csv.width";
const SIZE: &str = "csv.size";
const UTF8: &str = "byte.utf8";
const NUL: &str = "byte.nul";
const MARK: &str = "byte.bom";

/// How many characters of a value a violation shows.
const SHOWN: usize = 100;

/// Names every rule of the reader, so that the scorecard has those that are never violated.
pub(crate) fn declare(columns: &[ColumnDef], card: &mut Scorecard) {
    let rule_of_form = RuleCount::of(Action::Quarantine).dimension(Dimension::Validity);
    for rule in [QUOTE, WIDTH, SIZE, UTF8, NUL, MARK] {
        card.declare(rule, rule_of_form);
    }
    for column in columns {
        card.declare(decode_rule(column), rule_of_form);
    }
}

/// A line that is no sound record; `byte` is where it starts in the file.
pub(crate) fn broken(broken: Broken, byte: u64, limits: &Limits) -> Violation {
    match broken {
        Broken::Quote(stray) => quote(stray, byte),
        Broken::Size => size("a record", limits.record, "a longer one".into()),
    }
}

fn quote(stray: Stray, start: u64) -> Violation {
    let at = |offset: usize| start + offset as u64;
    let (expected, found) = match stray {
        Stray::Closing(offset) => (
            "a comma or the end of the line after a closing quote",
            format!("text after the quote at byte {}", at(offset)),
        ),
        Stray::Inside(offset) => (
            "quotes around the whole field, and doubled inside",
            format!("a quote inside a field at byte {}", at(offset)),
        ),
        Stray::Open(offset) => (
            "a closing quote",
            format!("none for the quote at byte {}", at(offset)),
        ),
    };
    violation(QUOTE, expected.into(), found)
}

/// A record with another number of fields than the header.
pub(crate) fn width(expected: usize, found: usize) -> Violation {
    violation(
        WIDTH,
        format!("{expected} fields"),
        format!("{found} fields"),
    )
}

/// More lines where one record was to be.
pub(crate) fn lines() -> Violation {
    violation(WIDTH, "one record".into(), "more than one line".into())
}

/// A field above the cap.
pub(crate) fn field_size(length: usize, limits: &Limits) -> Violation {
    size("a field", limits.field, format!("{length} bytes"))
}

fn size(what: &str, most: usize, found: String) -> Violation {
    violation(SIZE, format!("{what} of at most {most} bytes"), found)
}

/// A byte order mark in mid-file, where exports were concatenated; it must not end up in a value.
pub(crate) fn mark() -> Violation {
    let found = "the mark of a file's start: were files concatenated?".into();
    violation(MARK, "a record".into(), found)
}

/// A field that could not be decoded; `byte` is where the fault stands in the file.
pub(crate) fn field(column: &ColumnDef, fault: Fault, bytes: &[u8], byte: u64) -> Violation {
    let of_column = |rule, expected: &str, found| Violation {
        columns: vec![column.name.to_string()],
        ..violation(rule, expected.into(), found)
    };
    match fault {
        Fault::Utf8(_) => of_column(
            UTF8,
            "UTF-8 text",
            format!("an invalid sequence at byte {byte}"),
        ),
        Fault::Nul => of_column(NUL, "text without NUL", format!("a NUL at byte {byte}")),
        Fault::Malformed(malformed) => Violation {
            rule: decode_rule(column),
            ..of_column(MARK, malformed.0, shown(column, bytes))
        },
    }
}

fn decode_rule(column: &ColumnDef) -> String {
    format!("{}.decode", column.name)
}

fn shown(column: &ColumnDef, bytes: &[u8]) -> String {
    if column.personal {
        return String::from("***");
    }
    let text = String::from_utf8_lossy(bytes);
    let mut shown = String::from('"');
    text.chars()
        .take(SHOWN)
        .for_each(|c| shown.extend(c.escape_debug()));
    shown.push('"');
    if text.chars().nth(SHOWN).is_some() {
        // writing to a string cannot fail
        let _ = write!(shown, "… ({} bytes)", bytes.len());
    }
    shown
}

fn violation(rule: &str, expected: String, found: String) -> Violation {
    Violation {
        rule: rule.to_owned(),
        columns: Vec::new(),
        action: Action::Quarantine,
        expected,
        found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_core::{Malformed, Type};

    #[test]
    fn a_value_is_escaped_and_cut() {
        let column = ColumnDef::of("n", Type::Int8);
        let found = shown(&column, b"a\n\"b");
        assert_eq!(found, r#""a\n\"b""#);
        let long = shown(&column, "ü".repeat(101).as_bytes());
        assert!(long.ends_with("ü\"… (202 bytes)"));
    }

    #[test]
    fn a_personal_value_is_not_shown() {
        let mut column = ColumnDef::of("email", Type::Int8);
        column.personal = true;
        let fault = Fault::Malformed(Malformed("a whole number"));
        let violation = field(&column, fault, b"canary", 7);
        assert_eq!(
            violation.to_string(),
            "email.decode (email): expected a whole number, found ***"
        );
    }

    #[test]
    fn every_rule_is_declared() {
        let mut card = Scorecard::default();
        declare(&[ColumnDef::of("n", Type::Int8)], &mut card);
        let rules: Vec<_> = card.rules.keys().map(String::as_str).collect();
        let all = [MARK, NUL, UTF8, QUOTE, SIZE, WIDTH, "n.decode"];
        assert_eq!(rules, all);
    }
}

//! What the reader itself has against a record, as violations of rules with stable names.

use std::fmt::Write;
use std::io;

use ml_core::{
    Action, ColumnDef, Dimension, Error, Fault, MOST_TUPLE_BYTES, RuleCount, Scorecard, Violation,
    can_be_too_large,
};

use crate::frame::Broken;
use crate::layers::Illegible;
use crate::limits::Limits;
use crate::quoting::Stray;

pub(crate) const QUOTE: &str = "csv.quote";
pub(crate) const WIDTH: &str = "csv.width";
pub(crate) const HEADER: &str = "csv.header";
pub(crate) const CHANGED: &str = "schema.changed";
pub(crate) const MARK: &str = "byte.bom";
const ROW: &str = "row.size";
const UTF8: &str = "byte.utf8";
const NUL: &str = "byte.nul";

/// How many characters of a value a violation shows.
const SHOWN: usize = 100;

/// Names every rule of the reader, so that the scorecard has those that are never violated.
pub(crate) fn declare(of_splitter: &[&str], columns: &[ColumnDef], card: &mut Scorecard) {
    let rule_of_form = RuleCount::of(Action::Quarantine).dimension(Dimension::Validity);
    for rule in [UTF8, NUL].iter().chain(of_splitter) {
        card.declare(*rule, rule_of_form);
    }
    if can_be_too_large(columns.len()) {
        card.declare(ROW, rule_of_form);
    }
    for column in columns {
        card.declare(decode_rule(column), rule_of_form);
    }
}

/// A line that is no sound record; `byte` is where it starts in the text, `rule` the one against its size.
pub(crate) fn broken(broken: Broken, byte: u64, rule: &'static str, limits: &Limits) -> Violation {
    match broken {
        Broken::Quote(stray) => quote(stray, byte),
        Broken::Size => size(rule, "a record", limits.record, "a longer one".into()),
    }
}

fn quote(stray: Stray, start: u64) -> Violation {
    let at = |offset: usize| start + offset as u64;
    let (expected, found) = match stray {
        Stray::Closing(offset) => (
            "a delimiter or the end of the line after a closing quote",
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

/// Reading failed after so many records.
#[cold]
pub(crate) fn unreadable(name: &str, records: u64, cause: io::Error) -> Error {
    let illegible = cause.get_ref().and_then(|cause| cause.downcast_ref());
    if let Some(illegible) = illegible {
        let illegible: &Illegible = illegible;
        return Error::source(format!(
            "cannot read {name} after {records} records: {illegible}"
        ));
    }
    Error::source(format!(
        "cannot go on reading {name} after {records} records: load it again"
    ))
    .because(cause)
}

/// A record with another number of fields than the header.
pub(crate) fn width(expected: usize, found: usize) -> Violation {
    violation(
        WIDTH,
        format!("{expected} fields"),
        format!("{found} fields"),
    )
}

/// A record that is the header again; the file may be several, one behind the other.
pub(crate) fn repeated_header() -> Violation {
    violation(HEADER, "a record".into(), "the header again".into())
}

/// A record behind a change of the columns in mid-file; `record` and `line` are where they changed.
pub(crate) fn changed(what: &str, record: u64, line: u64) -> Violation {
    violation(
        CHANGED,
        "the columns of the header".into(),
        format!("{what} since record {record}, line {line}"),
    )
}

/// A field above the cap.
pub(crate) fn field_size(rule: &'static str, length: usize, limits: &Limits) -> Violation {
    size(rule, "a field", limits.field, format!("{length} bytes"))
}

/// A row that no page of the server has the room for, without which the load would be refused whole.
#[cold]
pub(crate) fn row(bytes: usize) -> Violation {
    let expected = format!("a row of at most {MOST_TUPLE_BYTES} bytes in its page");
    violation(ROW, expected, format!("{bytes} bytes at least"))
}

fn size(rule: &'static str, what: &str, most: usize, found: String) -> Violation {
    violation(rule, format!("{what} of at most {most} bytes"), found)
}

/// A byte order mark in mid-file, where exports were concatenated; it must not end up in a value.
pub(crate) fn mark() -> Violation {
    let found = "the mark of a file's start: were files concatenated?".into();
    violation(MARK, "a record".into(), found)
}

/// A record that is no text; `byte` is where that shows.
pub(crate) fn utf8(byte: u64) -> Violation {
    violation(
        UTF8,
        "UTF-8 text".into(),
        format!("an invalid sequence at byte {byte}"),
    )
}

/// A field that could not be decoded, `None` for one that is not there; `byte` is where the fault stands in the text.
pub(crate) fn field(
    column: &ColumnDef,
    fault: Fault,
    bytes: Option<&[u8]>,
    byte: u64,
) -> Violation {
    let of_column = |rule, expected: &str, found| Violation {
        columns: vec![column.name.to_string()],
        ..violation(rule, expected.into(), found)
    };
    match fault {
        Fault::Utf8(_) => Violation {
            columns: vec![column.name.to_string()],
            ..utf8(byte)
        },
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

fn shown(column: &ColumnDef, bytes: Option<&[u8]>) -> String {
    let Some(bytes) = bytes else {
        return String::from("NULL");
    };
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

pub(crate) fn violation(rule: &str, expected: String, found: String) -> Violation {
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
        let found = shown(&column, Some(b"a\n\"b"));
        assert_eq!(found, r#""a\n\"b""#);
        let long = shown(&column, Some("ü".repeat(101).as_bytes()));
        assert!(long.ends_with("ü\"… (202 bytes)"));
    }

    #[test]
    fn a_personal_value_is_not_shown() {
        let mut column = ColumnDef::of("email", Type::Int8);
        column.personal = true;
        let fault = Fault::Malformed(Malformed("a whole number"));
        let violation = field(&column, fault, Some(b"canary"), 7);
        assert_eq!(
            violation.to_string(),
            "email.decode (email): expected a whole number, found ***"
        );
    }

    #[test]
    fn every_rule_is_declared() {
        let mut card = Scorecard::default();
        declare(
            &[WIDTH, QUOTE],
            &[ColumnDef::of("n", Type::Int8)],
            &mut card,
        );
        let rules: Vec<_> = card.rules.keys().map(String::as_str).collect();
        let all = [NUL, UTF8, QUOTE, WIDTH, "n.decode"];
        assert_eq!(rules, all);
    }
}

use std::borrow::Cow;
use std::fmt;

use ml_core::{Action, Change, ColumnDef, Report, Violation};

/// Reads text as a value, or says what it expected; it never guesses and never panics.
///
/// Blanks around the value do not matter. Blank text is not a value: a chain that ends in NULL comes first.
pub trait Reader {
    /// What is read; its `Display` is what a history shows.
    type Value: fmt::Display;

    /// What people call it in the history of a cell.
    fn name(&self) -> Cow<'_, str>;

    /// Reads text.
    ///
    /// # Errors
    /// Text that is not such a value, or that could be two of them.
    fn read(&self, text: &str) -> Result<Self::Value, Unread>;

    /// The same in a stage: what cannot be read holds the record back.
    fn read_or_hold(
        &self,
        column: &ColumnDef,
        text: &str,
        report: &mut Report,
    ) -> Option<Self::Value> {
        let read = self.read(text);
        read.map_err(|unread| unread.hold(column, text, report))
            .ok()
    }

    /// The same, and reports what became of the text, if it reads otherwise now.
    fn read_recorded(
        &self,
        column: &ColumnDef,
        text: &str,
        report: &mut Report,
    ) -> Option<Self::Value> {
        let value = self.read_or_hold(column, text, report)?;
        let new = value.to_string();
        report.changes(Change::of(column, &self.name(), text, Some(&new)));
        Some(value)
    }
}

/// Text that could not be read; holds what was expected, never the text.
///
/// ```
/// use ml_silver::standardise::{NumberFormat, Reader};
/// let unread = NumberFormat::PLAIN.read("1,234").unwrap_err();
/// assert_eq!(unread.to_string(), "expected a number with the decimal mark '.'");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    expected: Cow<'static, str>,
}

impl Unread {
    /// What was expected, after "expected": `a date written %d/%m/%Y`.
    pub fn new(expected: impl Into<Cow<'static, str>>) -> Self {
        Unread {
            expected: expected.into(),
        }
    }

    /// What was expected.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// Reports the text as a violation of `<column>.read`, which holds the record back; the text of a personal
    /// column is redacted.
    ///
    /// ```
    /// use ml_core::{ColumnDef, Report, Settled, Type};
    /// use ml_silver::standardise::{NumberFormat, Reader};
    ///
    /// let amount = ColumnDef::of("amount", Type::Numeric);
    /// let mut report = Report::default();
    /// assert_eq!(NumberFormat::ENGLISH.read_or_hold(&amount, "12,34", &mut report), None);
    /// let Settled::Held(why) = report.settle(false) else { panic!("it is held back") };
    /// assert_eq!(why[0].rule, "amount.read");
    /// assert_eq!(why[0].found, "12,34");
    /// ```
    pub fn hold(&self, column: &ColumnDef, text: &str, report: &mut Report) {
        let found = match column.personal {
            true => "***",
            false => text,
        };
        report.violate(Violation {
            rule: format!("{}.read", column.name),
            columns: vec![column.name.to_string()],
            action: Action::Quarantine,
            expected: self.expected.to_string(),
            found: found.to_owned(),
        });
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expected)
    }
}

impl std::error::Error for Unread {}

/// What was read, or else the text as it was.
pub(super) fn or_same<'a, V: Into<Cow<'a, str>>>(
    text: &'a str,
    read: Result<V, Unread>,
) -> Option<Cow<'a, str>> {
    Some(read.map_or(Cow::Borrowed(text), V::into))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standardise::NumberFormat;
    use ml_core::{Settled, Type};

    #[test]
    fn what_reads_otherwise_is_a_change_and_what_does_not_read_holds_the_record() {
        let mut amount = ColumnDef::of("amount", Type::Numeric);
        let mut report = Report::default();
        for text in ["1,234.50", "12"] {
            let read = NumberFormat::ENGLISH.read_recorded(&amount, text, &mut report);
            assert!(read.is_some(), "{text}");
        }
        assert_eq!(report.settle(true), Settled::Accepted);
        let changes = report.take_changes();
        assert_eq!(changes.len(), 1, "12 is 12");
        assert_eq!(changes[0].new.as_deref(), Some("1234.50"));

        amount.personal = true;
        let read = NumberFormat::ENGLISH.read_recorded(&amount, "canary", &mut report);
        assert_eq!(read, None);
        let Settled::Held(why) = report.settle(false) else {
            panic!("it is held back")
        };
        assert!(report.take_changes().is_empty());
        assert_eq!(
            (why[0].rule.as_str(), why[0].found.as_str()),
            ("amount.read", "***")
        );
    }
}

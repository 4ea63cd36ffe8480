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

    /// The same as [`read`](Self::read), and reports what became of the text, if it reads otherwise now.
    ///
    /// # Errors
    /// As for [`read`](Self::read); nothing is reported then.
    fn read_recorded(
        &self,
        column: &ColumnDef,
        text: &str,
        report: &mut Report,
    ) -> Result<Self::Value, Unread> {
        let value = self.read(text)?;
        let new = value.to_string();
        report.changes(Change::of(column, &self.name(), text, Some(&new)));
        Ok(value)
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
    /// let read = NumberFormat::ENGLISH.read("12,34").map_err(|unread| unread.hold(&amount, "12,34", &mut report));
    /// assert!(read.is_err());
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

use std::borrow::Cow;
use std::fmt;

use ml_core::{Change, ColumnDef, Report};

/// A named, pure step from a text to the same text in standard form, or to NULL (`None`).
///
/// Two laws hold for every one of this crate: it takes any text without panicking, and twice is once. A text that it
/// does not understand it leaves as it is, for a rule to find: no standardiser refuses a record.
///
/// ```
/// use ml_silver::standardise::{Standardiser, Text};
///
/// let name = Text::NonBlank.then(Text::Title).then(Text::Nfc);
/// assert_eq!(name.name(), "non_blank+title+nfc");
/// assert_eq!(name.apply(" ADA\u{a0}lovelace").as_deref(), Some("Ada Lovelace"));
/// assert_eq!(name.apply(" \t"), None);
/// ```
pub trait Standardiser: Send + Sync {
    /// What people call it: in the history of a cell, and in a chain, joined by `+`.
    fn name(&self) -> Cow<'_, str>;

    /// The text in standard form, borrowed where it can be; `None` is NULL.
    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>>;

    /// The same as [`apply`](Self::apply), and reports what it changed; a chain does so for each of its steps.
    fn apply_recorded<'a>(
        &self,
        column: &ColumnDef,
        text: &'a str,
        report: &mut Report,
    ) -> Option<Cow<'a, str>> {
        let new = self.apply(text);
        report.changes(Change::of(column, &self.name(), text, new.as_deref()));
        new
    }

    /// This one and then the next one.
    fn then<Next: Standardiser>(self, next: Next) -> Chain<Self, Next>
    where
        Self: Sized,
    {
        Chain(self, next)
    }
}

/// Two standardisers, one after the other; made by [`Standardiser::then`]. NULL is not standardised further.
///
/// Case mapping may take a text apart that NFC had put together, so that in a chain NFC comes after case, and
/// then twice is once for the chain too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain<First, Next>(First, Next);

impl<First: Standardiser, Next: Standardiser> Standardiser for Chain<First, Next> {
    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}+{}", self.0.name(), self.1.name()))
    }

    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        onwards(self.0.apply(text)?, |between| self.1.apply(between))
    }

    fn apply_recorded<'a>(
        &self,
        column: &ColumnDef,
        text: &'a str,
        report: &mut Report,
    ) -> Option<Cow<'a, str>> {
        let between = self.0.apply_recorded(column, text, report)?;
        onwards(between, |between| {
            self.1.apply_recorded(column, between, report)
        })
    }
}

/// What is borrowed from an owned text cannot outlive it; what comes out as it went in is not copied.
fn onwards<'a>(
    between: Cow<'a, str>,
    next: impl for<'b> FnOnce(&'b str) -> Option<Cow<'b, str>>,
) -> Option<Cow<'a, str>> {
    let between = match between {
        Cow::Borrowed(text) => return next(text),
        Cow::Owned(text) => text,
    };
    let new = match next(&between)? {
        Cow::Borrowed(text) if text == between => None,
        changed => Some(changed.into_owned()),
    };
    Some(Cow::Owned(new.unwrap_or(between)))
}

/// A function or closure as a standardiser.
///
/// ```
/// use ml_silver::standardise::{Standardiser, standardiser};
/// use std::borrow::Cow;
///
/// let sku = standardiser("sku", |text| Some(Cow::Owned(text.replace('-', ""))));
/// assert_eq!(sku.apply("85-123A").as_deref(), Some("85123A"));
/// ```
pub fn standardiser<F>(name: &'static str, apply: F) -> Custom<F>
where
    F: for<'a> Fn(&'a str) -> Option<Cow<'a, str>> + Send + Sync,
{
    Custom { name, apply }
}

/// A standardiser of one's own; made by [`standardiser()`].
#[derive(Clone, Copy)]
pub struct Custom<F> {
    name: &'static str,
    apply: F,
}

impl<F> Standardiser for Custom<F>
where
    F: for<'a> Fn(&'a str) -> Option<Cow<'a, str>> + Send + Sync,
{
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.name)
    }

    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        (self.apply)(text)
    }
}

impl<F> fmt::Debug for Custom<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standardise::Text;
    use ml_core::{Settled, Type};

    #[test]
    fn null_is_not_standardised_further() {
        let never = standardiser("never", |_| panic!("a step after NULL"));
        assert_eq!(Text::NonBlank.then(never).apply("  "), None);
    }

    #[test]
    fn what_a_chain_does_not_change_is_not_copied() {
        let chain = Text::Trim.then(Text::Id).then(Text::Nfc);
        assert!(matches!(chain.apply(" a "), Some(Cow::Borrowed("a"))));
        assert_eq!(chain.apply("17850.0").as_deref(), Some("17850"));
    }

    #[test]
    fn a_chain_reports_each_step_that_changed_something() {
        let country = ColumnDef::of("country", Type::Text);
        let chain = Text::NonBlank.then(Text::Nfc).then(Text::Upper);
        let mut report = Report::default();
        for text in [" gb", "GB", "  "] {
            chain.apply_recorded(&country, text, &mut report);
        }
        assert_eq!(report.settle(true), Settled::Accepted);
        let steps = report.take_changes().into_iter();
        let steps: Vec<_> = steps
            .map(|step| (step.standardiser, step.old, step.new))
            .collect();
        let step = |name: &str, old: &str, new: Option<&str>| {
            (name.to_owned(), old.to_owned(), new.map(str::to_owned))
        };
        assert_eq!(
            steps,
            [
                step("non_blank", " gb", Some("gb")),
                step("upper", "gb", Some("GB")),
                step("non_blank", "  ", None),
            ]
        );
    }
}

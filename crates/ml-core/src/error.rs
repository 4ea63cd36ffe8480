use std::error::Error as StdError;
use std::fmt;

use crate::Class;

/// What every fallible call of the suite answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a caller can do about an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The input cannot be read: missing, empty, changed while it was read.
    Source,
    /// The database cannot be reached or refused what was sent.
    Storage,
    /// Another one was faster: try again.
    Conflict,
    /// The gate refused the load.
    Gate,
    /// The data or the catalogue does not have the promised shape.
    Contract,
    /// A setting is missing or wrong.
    Config,
}

/// What was being done, what kind of failure it was, and its cause; one word wide.
///
/// `Display` is one line without the cause; [`source`](StdError::source) has it.
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    class: Class,
    doing: String,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind` that happened while `doing`.
    pub fn new(kind: Kind, doing: impl Into<String>) -> Self {
        let class = match kind {
            Kind::Conflict => Class::Transient,
            _ => Class::Fatal,
        };
        Error(Box::new(Inner {
            kind,
            class,
            doing: doing.into(),
            cause: None,
        }))
    }

    /// An error of [`Kind::Source`].
    pub fn source(doing: impl Into<String>) -> Self {
        Error::new(Kind::Source, doing)
    }

    /// An error of [`Kind::Storage`].
    pub fn storage(doing: impl Into<String>) -> Self {
        Error::new(Kind::Storage, doing)
    }

    /// An error of [`Kind::Contract`].
    pub fn contract(doing: impl Into<String>) -> Self {
        Error::new(Kind::Contract, doing)
    }

    /// An error of [`Kind::Config`].
    pub fn config(doing: impl Into<String>) -> Self {
        Error::new(Kind::Config, doing)
    }

    /// The same error with what caused it.
    pub fn because(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The same error, of another class than its kind has by itself.
    pub fn classed(mut self, class: Class) -> Self {
        self.0.class = class;
        self
    }

    /// Whether, and how, to run again: [`Transient`](Class::Transient) of a conflict and [`Fatal`](Class::Fatal) of
    /// everything else, unless whoever made the error knew better.
    pub fn class(&self) -> Class {
        self.0.class
    }

    /// What the caller can act on.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Message and causes on one line, for a log or a ledger.
    pub fn chain(&self) -> String {
        let mut line = self.to_string();
        let mut cause = StdError::source(self);
        while let Some(error) = cause {
            line.push_str(": ");
            line.push_str(&error.to_string());
            cause = error.source();
        }
        line
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.doing)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} error: {}", self.0.kind, self.chain())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .cause
            .as_ref()
            .map(|cause| &**cause as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_word_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn a_conflict_passes_and_everything_else_does_not_by_itself() {
        assert_eq!(Error::new(Kind::Conflict, "").class(), Class::Transient);
        assert_eq!(Error::storage("").class(), Class::Fatal);
        assert_eq!(Error::storage("").classed(Class::Wait).class(), Class::Wait);
        assert!(Class::Wait.passes() && !Class::Rows.passes() && !Class::Fatal.passes());
    }

    #[test]
    fn display_is_the_message_and_the_chain_has_the_cause() {
        let error = Error::source("cannot open a.csv").because("no such file");
        assert_eq!(error.to_string(), "cannot open a.csv");
        assert_eq!(error.chain(), "cannot open a.csv: no such file");
        assert_eq!(
            format!("{error:?}"),
            "Source error: cannot open a.csv: no such file"
        );
    }

    #[test]
    fn a_kind_is_what_was_said() {
        let made = [
            (Error::source("a"), Kind::Source),
            (Error::storage("a"), Kind::Storage),
            (Error::contract("a"), Kind::Contract),
            (Error::config("a"), Kind::Config),
            (Error::new(Kind::Conflict, "a"), Kind::Conflict),
            (Error::new(Kind::Gate, "a").because("b"), Kind::Gate),
        ];
        for (error, kind) in made {
            assert_eq!(error.kind(), kind);
        }
    }

    #[test]
    fn the_chain_goes_down_to_the_last_cause() {
        let inner = Error::storage("cannot read a block").because("end of file");
        let error = Error::source("cannot open a.csv").because(inner);
        assert_eq!(
            error.chain(),
            "cannot open a.csv: cannot read a block: end of file"
        );
        let cause = StdError::source(&error).unwrap();
        assert_eq!(cause.to_string(), "cannot read a block");
        assert!(StdError::source(&Error::config("a")).is_none());
    }
}

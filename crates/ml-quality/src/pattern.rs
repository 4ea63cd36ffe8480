use std::fmt;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::portable::portable;

/// A regular expression that means the same in Rust and in PostgreSQL.
///
/// Literals, `.` (all but a line feed), `[…]`, `\d \w \s` and their opposites (ASCII), groups, `|`, `^` and `$`
/// (the ends of the text), and greedy repetition up to 255 times. Everything else is refused when the rule set
/// is built, and so is a repeated group with an anchor in it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern {
    text: String,
    /// Once the rule is bound.
    #[serde(skip)]
    ready: Option<Ready>,
}

#[derive(Clone)]
struct Ready {
    portable: String,
    regex: Regex,
}

impl Pattern {
    /// A pattern as it is written; whether it can be used shows when the rule set is built.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Pattern { text, ready: None }
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The pattern, ready to run, or the construct that keeps it from running the same everywhere.
    pub(crate) fn compiled(&self) -> Result<Self, String> {
        let refused = |what| format!("the pattern {:?} cannot be used: {what}", self.text);
        let portable = portable(&self.text).map_err(refused)?;
        let regex = Regex::new(&portable).map_err(|error| refused(error.to_string()))?;
        Ok(Pattern {
            text: self.text.clone(),
            ready: Some(Ready { portable, regex }),
        })
    }

    /// `None` before it is compiled.
    pub(crate) fn is_match(&self, text: &str) -> Option<bool> {
        Some(self.ready.as_ref()?.regex.is_match(text))
    }

    /// The same in the words both executors share; as written before it is compiled.
    pub(crate) fn portable(&self) -> &str {
        self.ready
            .as_ref()
            .map_or(&self.text, |ready| &ready.portable)
    }
}

impl<T: Into<String>> From<T> for Pattern {
    fn from(text: T) -> Self {
        Pattern::new(text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

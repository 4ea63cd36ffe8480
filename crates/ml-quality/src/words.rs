use std::fmt;

use ml_core::Value;

/// A value in the words of a rule: text without quotes.
pub(crate) struct Plain<'a>(pub(crate) &'a Value);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Text(text) => f.write_str(text),
            value => value.as_ref().fmt(f),
        }
    }
}

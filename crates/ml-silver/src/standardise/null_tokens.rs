use std::borrow::Cow;
use std::collections::BTreeSet;

use super::conform::key;
use super::{Standardiser, non_blank};

/// Turns blank text, and what stands for nothing in this column, into NULL; other text has its blanks collapsed.
///
/// Case and blanks do not matter. There is no list of its own: `NA` is Namibia, and `Null` a surname.
///
/// ```
/// use ml_silver::standardise::{NullTokens, Standardiser};
///
/// let null = NullTokens::new(["n/a", "-", "unknown"]);
/// assert_eq!(null.apply(" N/A "), None);
/// assert_eq!(null.apply(""), None);
/// assert_eq!(null.apply(" United  Kingdom").as_deref(), Some("United Kingdom"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NullTokens {
    keys: BTreeSet<String>,
}

impl NullTokens {
    /// The tokens of a column.
    pub fn new<T: AsRef<str>>(tokens: impl IntoIterator<Item = T>) -> Self {
        let keys = tokens.into_iter().map(|token| key(token.as_ref()));
        NullTokens {
            keys: keys.collect(),
        }
    }
}

impl Standardiser for NullTokens {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("null_tokens")
    }

    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        non_blank(text).filter(|text| !self.keys.contains(&key(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standardise::awkward::awkward;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_token_is_null_in_any_case(token in awkward()) {
            let null = NullTokens::new([&token]);
            for text in [token.to_uppercase(), token.to_lowercase(), format!(" {token}\t")] {
                prop_assert_eq!(null.apply(&text), None, "{:?}", text);
            }
        }

        #[test]
        fn twice_is_once(text in awkward(), token in awkward()) {
            let null = NullTokens::new([token]);
            let once = null.apply(&text);
            prop_assert_eq!(once.as_deref().and_then(|once| null.apply(once)), once.clone());
        }
    }
}

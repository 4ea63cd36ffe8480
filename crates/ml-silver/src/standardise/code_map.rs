use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use ml_core::{Error, Result};

use super::blank::trimmed;
use super::reader::or_same;
use super::{Reader, Standardiser, Unread};

/// A table from codes to what they mean, such as `1` to `male`; case matters, blanks at the ends do not.
///
/// What a code means is itself already: it is read as itself. For spellings of names see [`Conform`](super::Conform).
/// As a [`Standardiser`] it leaves an unknown code as it is, for a rule to find.
///
/// ```
/// use ml_silver::standardise::{CodeMap, Reader, Standardiser};
///
/// let status = CodeMap::new("order status", [("O", "open"), ("C", "closed")])?;
/// assert_eq!(status.read(" O"), Ok("open".to_owned()));
/// assert_eq!(status.read("closed"), Ok("closed".to_owned()));
/// assert_eq!(status.read("X").unwrap_err().expected(), "a code of order status: C, O");
/// assert_eq!(status.apply("X").as_deref(), Some("X"));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeMap {
    name: String,
    meanings: BTreeMap<String, String>,
    meant: BTreeSet<String>,
}

impl CodeMap {
    /// The table called `name`, of pairs `(code, meaning)`.
    ///
    /// # Errors
    /// A code with two meanings, and a meaning that is a code of another one: what was standardised would change again.
    pub fn new<C: AsRef<str>, M: AsRef<str>>(
        name: impl Into<String>,
        pairs: impl IntoIterator<Item = (C, M)>,
    ) -> Result<Self> {
        let mut map = CodeMap {
            name: name.into(),
            meanings: BTreeMap::new(),
            meant: BTreeSet::new(),
        };
        for (code, meaning) in pairs {
            map.add(trimmed(code.as_ref()), trimmed(meaning.as_ref()))?;
        }
        let changes_again = |meaning: &&String| {
            map.meanings
                .get(*meaning)
                .is_some_and(|next| next != *meaning)
        };
        match map.meant.iter().find(changes_again) {
            Some(meaning) => Err(map.refused(meaning, "is a code and the meaning of another one")),
            None => Ok(map),
        }
    }

    fn add(&mut self, code: &str, meaning: &str) -> Result<()> {
        self.meant.insert(meaning.to_owned());
        match self.meanings.insert(code.to_owned(), meaning.to_owned()) {
            Some(old) if old != meaning => Err(self.refused(code, "has two meanings")),
            _ => Ok(()),
        }
    }

    fn refused(&self, code: &str, why: &str) -> Error {
        let name = &self.name;
        Error::config(format!("making the codes of {name}: {code:?} {why}"))
    }

    /// What a code, or a meaning, means.
    fn meaning(&self, text: &str) -> Option<&str> {
        let code = trimmed(text);
        let meaning = self.meanings.get(code).or_else(|| self.meant.get(code));
        meaning.map(String::as_str)
    }
}

impl Reader for CodeMap {
    type Value = String;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    fn read(&self, text: &str) -> std::result::Result<String, Unread> {
        let unread = || {
            let codes: Vec<&str> = self.meanings.keys().map(String::as_str).collect();
            Unread::new(format!("a code of {}: {}", self.name, codes.join(", ")))
        };
        self.meaning(text).map(str::to_owned).ok_or_else(unread)
    }
}

impl Standardiser for CodeMap {
    fn name(&self) -> Cow<'_, str> {
        Reader::name(self)
    }

    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        or_same(text, self.read(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_table_that_would_change_again_is_refused() {
        assert!(CodeMap::new("sex", [("1", "2"), ("2", "1")]).is_err());
        assert!(CodeMap::new("sex", [("1", "male"), (" 1", "female")]).is_err());
        assert!(CodeMap::new("sex", [("1", "male"), ("M", "male"), ("male", "male")]).is_ok());
    }

    proptest! {
        #[test]
        fn twice_is_once(pairs in prop::collection::vec(("[a-c ]{0,2}", "[a-d ]{0,2}"), 0..4), text in "[a-d ]{0,3}") {
            let Ok(map) = CodeMap::new("any", pairs) else { return Ok(()) };
            let once = map.apply(&text).unwrap();
            prop_assert_eq!(map.apply(&once).unwrap(), once.clone());
        }
    }
}

use std::borrow::Cow;
use std::collections::BTreeMap;

use ml_core::{Error, Result};

use super::conform::key;
use super::{Reader, Unread};

/// Reads yes and no in the words that were declared, whatever their case and blanks, and `true` and `false` always.
///
/// ```
/// use ml_silver::standardise::{BooleanWords, Reader};
///
/// let words = BooleanWords::new(["Y", "yes", "1"], ["N", "no", "0"])?;
/// assert_eq!(words.read(" y"), Ok(true));
/// assert_eq!(words.read("No"), Ok(false));
/// assert!(words.read("maybe").is_err());
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BooleanWords {
    meanings: BTreeMap<String, bool>,
    expected: String,
}

impl BooleanWords {
    /// The words for true and those for false.
    ///
    /// # Errors
    /// A word that means both, and a blank one.
    pub fn new<W: AsRef<str>>(
        yes: impl IntoIterator<Item = W>,
        no: impl IntoIterator<Item = W>,
    ) -> Result<Self> {
        let own = [("true".to_owned(), true), ("false".to_owned(), false)];
        let yes = yes.into_iter().map(|word| (word.as_ref().to_owned(), true));
        let no = no.into_iter().map(|word| (word.as_ref().to_owned(), false));
        let words: Vec<(String, bool)> = own.into_iter().chain(yes).chain(no).collect();
        let mut meanings = BTreeMap::new();
        for (word, meaning) in &words {
            let old = meanings.insert(key(word), *meaning);
            if key(word).is_empty() || old.is_some_and(|old| old != *meaning) {
                return Err(Error::config(format!(
                    "reading booleans: the word {word:?} is blank or means both true and false; leave it out"
                )));
            }
        }
        let spelt: Vec<String> = words.into_iter().map(|(word, _)| word).collect();
        let expected = format!("one of {}", spelt.join(", "));
        Ok(BooleanWords { meanings, expected })
    }
}

impl Reader for BooleanWords {
    type Value = bool;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("boolean")
    }

    fn read(&self, text: &str) -> std::result::Result<bool, Unread> {
        let meaning = self.meanings.get(&key(text)).copied();
        meaning.ok_or_else(|| Unread::new(self.expected.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_word_has_one_meaning() {
        let words = |yes, no| BooleanWords::new([yes], [no]);
        assert!(words("x", "-").is_ok());
        for (yes, no) in [("x", "X "), ("false", "n"), ("y", " "), ("", "n")] {
            assert!(words(yes, no).is_err(), "{yes:?} {no:?}");
        }
    }

    #[test]
    fn what_was_read_reads_as_the_same_again() {
        let words = BooleanWords::new(["ja"], ["nein"]).unwrap();
        for (text, value) in [
            ("JA", true),
            ("nein ", false),
            ("TRUE", true),
            ("False", false),
        ] {
            assert_eq!(words.read(text), Ok(value));
            assert_eq!(words.read(&value.to_string()), Ok(value));
        }
        let unread = words.read("j").unwrap_err();
        assert_eq!(unread.expected(), "one of true, false, ja, nein");
    }

    proptest! {
        #[test]
        fn only_words_are_read(text in any::<String>()) {
            let words = BooleanWords::new(["1"], ["0"]).unwrap();
            prop_assert_eq!(words.read(&text).is_ok(), ["1", "0", "TRUE", "FALSE"].contains(&&*key(&text)));
        }
    }
}

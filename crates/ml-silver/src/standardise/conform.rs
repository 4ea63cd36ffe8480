use std::borrow::Cow;
use std::collections::BTreeMap;

use ml_core::{Error, Result};

use super::blank::{is_blank, words};
use super::{Standardiser, lower, upper};

/// A table from the spellings in use to the one wanted, blind to case and to every blank.
///
/// A canonical name maps to itself even where a pair lists it as an alias; of two canonical names
/// that differ in case or blanks only, and of two pairs for one alias, the first holds.
///
/// ```
/// use ml_silver::standardise::Conform;
/// let region = Conform::new([("EU", "Europe"), ("EMEA", "Europe"), ("APAC", "Asia Pacific")]);
/// assert_eq!(region.conform(" emea"), Some("Europe"));
/// assert_eq!(region.conform("ASIA  pacific"), Some("Asia Pacific"));
/// assert_eq!(region.conform("Atlantis"), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conform {
    names: BTreeMap<String, String>,
}

impl Conform {
    /// A table of pairs `(alias, canonical)`.
    pub fn new<A: AsRef<str>, C: AsRef<str>>(pairs: impl IntoIterator<Item = (A, C)>) -> Self {
        let pairs: Vec<(A, C)> = pairs.into_iter().collect();
        let mut table = Conform::default();
        // All canonical names go in before any alias: none may be shadowed.
        for (_, canonical) in &pairs {
            table.add(canonical.as_ref(), canonical.as_ref());
        }
        for (alias, canonical) in &pairs {
            table.add(alias.as_ref(), canonical.as_ref());
        }
        table
    }

    /// The canonical name for a spelling, if it has one.
    pub fn conform(&self, text: &str) -> Option<&str> {
        self.names.get(&key(text)).map(String::as_str)
    }

    /// The same table, of pairs that must agree: a mapping that people keep in a table of the database has no first
    /// one.
    ///
    /// ```
    /// use ml_silver::standardise::Conform;
    ///
    /// // as `SELECT alias, canonical FROM …` gives them
    /// let kept = [("EU", "Europe"), ("e.u.", "Europe")];
    /// assert_eq!(Conform::agreed(kept)?, Conform::agreed([kept[1], kept[0]])?);
    /// assert!(Conform::agreed([("EU", "Europe"), ("eu", "Asia")]).is_err());
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Two pairs that give one spelling two canonical names, and an alias that is another one's canonical name.
    pub fn agreed<A: AsRef<str>, C: AsRef<str>>(
        pairs: impl IntoIterator<Item = (A, C)>,
    ) -> Result<Self> {
        let pairs: Vec<(A, C)> = pairs.into_iter().collect();
        let table = Conform::new(pairs.iter().map(|(alias, canonical)| (alias, canonical)));
        for (alias, canonical) in &pairs {
            let (alias, canonical) = (alias.as_ref(), canonical.as_ref());
            let settled = table.conform(alias).unwrap_or_default();
            if settled != canonical {
                return Err(Error::config(format!(
                    "reading a table of spellings: {alias:?} is {canonical:?} in one pair and {settled:?} in another; keep one of them"
                )));
            }
        }
        Ok(table)
    }

    /// Pairs of every spelling, in capitals and without blanks, and its canonical name, sorted: to be kept in a
    /// table of the database, and made into the same `Conform` again.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.names
            .iter()
            .map(|(key, name)| (key.as_str(), name.as_str()))
    }

    fn add(&mut self, alias: &str, canonical: &str) {
        let name = self.conform(canonical).unwrap_or(canonical).to_string();
        self.names.entry(key(alias)).or_insert(name);
    }
}

/// A spelling without a canonical name stays as it is; case and blanks do not matter.
impl Standardiser for Conform {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("conform")
    }

    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        let canonical = self.conform(text).map(str::to_owned);
        Some(canonical.map_or(Cow::Borrowed(text), Cow::Owned))
    }
}

/// Lower then upper, since neither alone brings `ẞ`, `ß` and `SS` together.
pub(super) fn key(text: &str) -> String {
    if text.is_ascii() {
        let dense = text.chars().filter(|c| !is_blank(*c));
        return dense.map(|c| c.to_ascii_uppercase()).collect();
    }
    let dense: String = words(text).collect();
    upper(&lower(&dense)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standardise::awkward::awkward;
    use proptest::prelude::*;

    #[test]
    fn a_canonical_name_is_never_an_alias() {
        let table = Conform::new([("EU", "Europe"), ("Europe", "EMEA"), ("E.U.", "EUROPE")]);
        assert_eq!(table.conform("eu"), Some("Europe"));
        assert_eq!(table.conform("europe"), Some("Europe"));
        assert_eq!(table.conform("e.u."), Some("Europe"));
        assert_eq!(Conform::new([("Straße", "x")]).conform("STRAẞE"), Some("x"));
    }

    #[test]
    fn pairs_make_the_same_table_again() {
        let table = Conform::new([
            ("EU", "Europe"),
            ("EMEA", "Europe"),
            ("APAC", "Asia Pacific"),
        ]);
        let again = Conform::agreed(table.pairs()).unwrap();
        assert_eq!(again, table);
        assert_eq!(table.apply("Atlantis").as_deref(), Some("Atlantis"));
    }

    #[test]
    fn pairs_that_do_not_agree_are_refused_in_any_order() {
        for pairs in [
            [("EU", "Europe"), ("e u", "Asia")],
            [("EU", "Europe"), ("Europe", "EMEA")],
            [("a", "Europe"), ("b", "EUROPE")],
        ] {
            assert!(Conform::agreed(pairs).is_err(), "{pairs:?}");
            assert!(Conform::agreed([pairs[1], pairs[0]]).is_err(), "{pairs:?}");
        }
    }

    proptest! {
        #[test]
        fn conforming_twice_is_once(pairs in prop::collection::vec((awkward(), awkward()), 0..6)) {
            let table = Conform::new(pairs.iter().map(|(alias, name)| (alias, name)));
            for spelling in pairs.iter().flat_map(|(alias, name)| [alias, name]) {
                let once = table.conform(spelling);
                prop_assert!(once.is_some());
                prop_assert_eq!(once.and_then(|name| table.conform(name)), once);
            }
        }
    }
}

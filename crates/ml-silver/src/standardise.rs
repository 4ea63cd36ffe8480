//! Pure standardisers, small enough to compose; applying any of them twice equals applying it once.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Trims, and turns every run of blanks into one space.
///
/// Blanks are Unicode white space and the invisible U+200B and U+FEFF.
///
/// ```
/// use ml_silver::standardise::collapse_blanks;
/// assert_eq!(collapse_blanks("\u{feff} United\u{a0}\n Kingdom "), "United Kingdom");
/// ```
pub fn collapse_blanks(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim_matches(is_blank);
    if is_collapsed(trimmed) {
        return Cow::Borrowed(trimmed);
    }
    let words: Vec<&str> = words(trimmed).collect();
    Cow::Owned(words.join(" "))
}

/// The text with its blanks collapsed, or `None` when nothing else is in it.
///
/// ```
/// use ml_silver::standardise::non_blank;
/// assert_eq!(non_blank("  17850 ").as_deref(), Some("17850"));
/// assert_eq!(non_blank(" \t\u{200b}"), None);
/// ```
pub fn non_blank(text: &str) -> Option<Cow<'_, str>> {
    Some(collapse_blanks(text)).filter(|text| !text.is_empty())
}

/// Upper case by Unicode's full mapping, whatever the locale.
///
/// ```
/// use ml_silver::standardise::upper;
/// assert_eq!(upper("85123a straße"), "85123A STRASSE");
/// ```
pub fn upper(text: &str) -> String {
    text.to_uppercase()
}

/// Lower case by Unicode's full mapping, final sigma included, whatever the locale.
///
/// ```
/// use ml_silver::standardise::lower;
/// assert_eq!(lower("ΟΔΟΣ Lane"), "οδος lane");
/// ```
pub fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// Title case for names: words start upper and go on lower, also after a hyphen.
///
/// An apostrophe starts a word only between one letter and three or more, so that `O'Neil` does and
/// `I'll` and `Peter's` do not. Where one letter becomes two, only the first stays upper: `Ss`.
///
/// ```
/// use ml_silver::standardise::title;
/// assert_eq!(title("jean-luc O'NEIL"), "Jean-Luc O'Neil");
/// assert_eq!(title("PETER'S ßtore"), "Peter's Sstore");
/// ```
pub fn title(text: &str) -> String {
    lower(text).split_inclusive(ends_word).map(titled).collect()
}

/// A numeric identifier without the `.0` a spreadsheet gave it; anything else stays as it is.
///
/// ```
/// use ml_silver::standardise::id;
/// assert_eq!(id("17850.0"), "17850");
/// assert_eq!(id("17850.5"), "17850.5");
/// ```
pub fn id(text: &str) -> Cow<'_, str> {
    let unpadded = text
        .strip_suffix('0')
        .map(|rest| rest.trim_end_matches('0'));
    let whole = unpadded.and_then(|rest| rest.strip_suffix('.'));
    let digits = whole.filter(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_digit()));
    Cow::Borrowed(digits.unwrap_or(text))
}

/// An e-mail address without blanks around it and with its domain in lower case.
///
/// The local part stays as it is: only its own server may say that case does not matter there.
///
/// ```
/// use ml_silver::standardise::email;
/// assert_eq!(email(" Ada.L@Example.COM "), "Ada.L@example.com");
/// ```
pub fn email(text: &str) -> String {
    let trimmed = text.trim_matches(is_blank);
    match trimmed.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", lower(domain)),
        None => trimmed.to_string(),
    }
}

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

    fn add(&mut self, alias: &str, canonical: &str) {
        let name = self.conform(canonical).unwrap_or(canonical).to_string();
        self.names.entry(key(alias)).or_insert(name);
    }
}

/// Lower then upper, since neither alone brings `ẞ`, `ß` and `SS` together.
fn key(text: &str) -> String {
    let dense: String = words(text).collect();
    upper(&lower(&dense))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_blank).filter(|word| !word.is_empty())
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}')
}

/// Whether every blank of a trimmed text is a single space.
fn is_collapsed(trimmed: &str) -> bool {
    !trimmed.contains("  ") && !trimmed.contains(|c| is_blank(c) && c != ' ')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

fn ends_word(c: char) -> bool {
    let dash = matches!(c, '\u{2010}'..='\u{2015}');
    dash || is_blank(c) || (c.is_ascii_punctuation() && !is_apostrophe(c))
}

fn titled(word: &str) -> String {
    let prefix = word.split_inclusive(is_apostrophe).next().unwrap_or(word);
    let (head, tail) = (capitalised(prefix), &word[prefix.len()..]);
    if starts_name(&head, tail) {
        head + &capitalised(tail)
    } else {
        head + tail
    }
}

/// The prefix is measured as it comes out: `ß'` is one letter going in and two ever after.
fn starts_name(head: &str, tail: &str) -> bool {
    head.chars().count() == 2 && tail.chars().filter(|c| c.is_alphabetic()).count() >= 3
}

fn capitalised(word: &str) -> String {
    let mut rest = word.chars();
    let mut first = rest.next().into_iter().flat_map(char::to_uppercase);
    let initial = first.next();
    let others = first.flat_map(char::to_lowercase);
    initial.into_iter().chain(others).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [fn(&str) -> String; 7] = [
        |text| collapse_blanks(text).into_owned(),
        |text| non_blank(text).unwrap_or_default().into_owned(),
        upper,
        lower,
        title,
        |text| id(text).into_owned(),
        email,
    ];

    /// Letters whose case mappings grow, depend on their neighbours or have no way back.
    fn awkward() -> impl Strategy<Value = String> {
        let letters: Vec<char> =
            "ßẞŉİıǆǅΣσςſﬁΐᾳᾈ\u{345}\u{307}\u{301}ʼ'’-.@ \t\u{200b}\u{feff}\u{a0}aBo70"
                .chars()
                .collect();
        let letter = prop_oneof![4 => prop::sample::select(letters), 1 => any::<char>()];
        prop::collection::vec(letter, 0..16).prop_map(|letters| letters.into_iter().collect())
    }

    fn assert_idempotent(text: &str) {
        for (at, standardise) in ALL.iter().enumerate() {
            let once = standardise(text);
            assert_eq!(standardise(&once), once, "standardiser {at} of {text:?}");
        }
    }

    #[test]
    fn every_cased_character_is_idempotent_wherever_titles_differ() {
        let cased = |c: &char| c.to_uppercase().ne([*c]) || c.to_lowercase().ne([*c]);
        for c in ('\0'..=char::MAX).filter(cased) {
            for text in ["?a", "a?", "?'abc", "o'?ab"].map(|text| text.replace('?', &c.to_string()))
            {
                assert_idempotent(&text);
            }
        }
    }

    #[test]
    fn titles_are_sensible() {
        assert_eq!(title("ÉMILE d'arcy-o’neil"), "Émile D'Arcy-O’Neil");
        assert_eq!(title("i'll DON'T o'BRIEN'S"), "I'll Don't O'Brien's");
        assert_eq!(
            title("ΠΑΥΛΟΣ e\u{301}cole j.r.r. 3RD"),
            "Παυλος E\u{301}cole J.R.R. 3rd"
        );
    }

    #[test]
    fn only_whole_numbers_lose_their_zeros() {
        for text in [
            "", ".0", "1.", "1.0.0", "-1.0", "a1.0", "1.01", "١.0", " 1.0",
        ] {
            assert_eq!(id(text), text);
        }
        assert_eq!(id("007.000"), "007");
    }

    #[test]
    fn what_is_standard_is_not_copied() {
        assert!(matches!(collapse_blanks(" a b "), Cow::Borrowed("a b")));
        assert!(matches!(collapse_blanks("a\u{200b}b"), Cow::Owned(_)));
    }

    #[test]
    fn a_canonical_name_is_never_an_alias() {
        let table = Conform::new([("EU", "Europe"), ("Europe", "EMEA"), ("E.U.", "EUROPE")]);
        assert_eq!(table.conform("eu"), Some("Europe"));
        assert_eq!(table.conform("europe"), Some("Europe"));
        assert_eq!(table.conform("e.u."), Some("Europe"));
        assert_eq!(Conform::new([("Straße", "x")]).conform("STRAẞE"), Some("x"));
    }

    proptest! {
        #[test]
        fn twice_is_once(text in prop_oneof![awkward(), any::<String>(), "[0-9]{0,3}\\.?0{0,3}"]) {
            assert_idempotent(&text);
        }

        #[test]
        fn blanks_end_up_single_and_inside(text in awkward()) {
            let collapsed = collapse_blanks(&text);
            prop_assert!(is_collapsed(&collapsed));
            prop_assert_eq!(collapsed.trim_matches(is_blank), &*collapsed);
            prop_assert_eq!(non_blank(&text).is_none(), text.chars().all(is_blank));
        }

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

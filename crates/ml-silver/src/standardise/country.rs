use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use rust_iso3166::CountryCode;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::conform::key;
use super::reader::or_same;
use super::{Reader, Standardiser, Unread};

mod alias;

/// Reads countries as their codes in ISO 3166-1: by code (of two letters, of three, or three digits), English short
/// name or a name in common use, whatever case, blanks, accents and punctuation.
///
/// What could be two countries is not read: `Korea`, `Virgin Islands`. Nor are former countries and parts of the world.
/// `NA` is Namibia: where it stands for nothing, [`NullTokens`](super::NullTokens) come before.
///
/// As a [`Standardiser`] it leaves what it does not know as it is; what it makes passes the rules `is_country` and
/// `is_country_alpha3`.
///
/// ```
/// use ml_silver::standardise::{Country, Reader};
///
/// for text in ["gb", " GBR", "826", "United Kingdom", "u.k."] {
///     assert_eq!(Country::Alpha2.read(text), Ok("GB"));
/// }
/// assert_eq!(Country::Alpha3.read("cote d’ivoire"), Ok("CIV"));
/// assert!(Country::Alpha2.read("Korea").is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Country {
    /// As two letters, `GB`.
    Alpha2,
    /// As three letters, `GBR`.
    Alpha3,
}

impl Reader for Country {
    type Value = &'static str;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(match self {
            Country::Alpha2 => "country",
            Country::Alpha3 => "country_alpha3",
        })
    }

    fn read(&self, text: &str) -> Result<&'static str, Unread> {
        let unread = || Unread::new("the code or the English name of one country (ISO 3166-1)");
        let country = KNOWN.get(&letters(text)).copied().flatten();
        country.ok_or_else(unread).map(|country| match self {
            Country::Alpha2 => country.alpha2,
            Country::Alpha3 => country.alpha3,
        })
    }
}

impl Standardiser for Country {
    fn name(&self) -> Cow<'_, str> {
        Reader::name(self)
    }

    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        or_same(text, self.read(text))
    }
}

/// By letters; `None` is what several countries are called.
static KNOWN: LazyLock<BTreeMap<String, Option<&'static CountryCode>>> = LazyLock::new(|| {
    let mut known = BTreeMap::new();
    for country in rust_iso3166::ALL {
        for name in short_names(country.name) {
            let clash = known.contains_key(&letters(&name));
            known.insert(letters(&name), (!clash).then_some(country));
        }
    }
    // What a country is called officially is no other one's name, and a code is a code.
    for country in rust_iso3166::ALL {
        let codes = [country.alpha2, country.alpha3, &country.numeric_str()].map(letters);
        known.extend(codes.map(|code| (code, Some(country))));
        known.insert(letters(country.name), Some(country));
    }
    for (alias, alpha2) in alias::ALIASES {
        let country = rust_iso3166::ALL
            .iter()
            .find(|country| country.alpha2 == *alpha2);
        known.insert(letters(alias), country);
    }
    known
});

/// Of `Iran (Islamic Republic of)`: `Iran` and `Islamic Republic of Iran`.
fn short_names(official: &str) -> Vec<String> {
    let parts = official
        .strip_suffix(')')
        .and_then(|name| name.split_once(" ("));
    match parts {
        Some((name, more)) => vec![name.to_owned(), format!("{more} {name}")],
        None => Vec::new(),
    }
}

/// The letters and digits in capitals, without accents; `&` is `and`, `St.` is `Saint`, and a leading `the` says
/// nothing.
fn letters(text: &str) -> String {
    if is_plain(text) {
        return key(text);
    }
    let plain = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .collect::<String>();
    let words = plain.replace('&', " and ");
    let words = words
        .split(|c: char| !c.is_alphanumeric() && !is_joining(c))
        .map(bare);
    let mut words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    if words.len() > 1 && words[0] == "THE" {
        words.remove(0);
    }
    let spelt = words
        .iter()
        .map(|word| if word == "ST" { "SAINT" } else { word });
    spelt.collect()
}

/// Most texts are a code, or words without accents and abbreviations: they take the short way to the same letters.
fn is_plain(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b' ';
    let mut words = text.split(' ');
    let is_whole = |word: &str| {
        !["st", "the"]
            .iter()
            .any(|short| word.eq_ignore_ascii_case(short))
    };
    text.bytes().all(is_letter) && words.all(is_whole)
}

/// `U.K.` is one word, and so is `d'Ivoire`.
fn is_joining(c: char) -> bool {
    matches!(c, '.' | '\'' | '’' | '`')
}

fn bare(word: &str) -> String {
    key(&word.replace(is_joining, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_in_use_are_read() {
        for (text, code) in [
            ("EIRE", "IE"),
            ("USA", "US"),
            ("U.S.A.", "US"),
            ("united states", "US"),
            ("RSA", "ZA"),
            ("The Netherlands", "NL"),
            ("Netherlands", "NL"),
            ("Czech Republic", "CZ"),
            ("Türkiye", "TR"),
            ("turkey", "TR"),
            ("Bolivia", "BO"),
            ("Plurinational State of Bolivia", "BO"),
            ("Islamic Republic of Iran", "IR"),
            ("South Korea", "KR"),
            ("North Korea", "KP"),
            ("republic of korea", "KR"),
            ("Congo", "CG"),
            ("Democratic Republic of the Congo", "CD"),
            ("St. Lucia", "LC"),
            ("Trinidad & Tobago", "TT"),
            ("Curacao", "CW"),
            ("REUNION", "RE"),
            ("Viet Nam", "VN"),
            ("vietnam", "VN"),
            ("Saint Martin", "MF"),
            ("Guinea", "GN"),
            ("036", "AU"),
            ("NA", "NA"),
            ("Hong Kong", "HK"),
        ] {
            assert_eq!(Country::Alpha2.read(text), Ok(code), "{text}");
        }
    }

    #[test]
    fn what_is_no_one_country_is_left_for_a_rule() {
        for text in [
            "",
            " ",
            "Korea",
            "Virgin Islands",
            "European Community",
            "Unspecified",
            "Channel Islands",
            "XX",
            "36",
            "the",
            "Atlantis",
        ] {
            assert!(Country::Alpha2.read(text).is_err(), "{text}");
            assert_eq!(Country::Alpha2.apply(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn every_country_is_read_by_all_it_is_called() {
        for country in rust_iso3166::ALL {
            for text in [
                country.alpha2,
                country.alpha3,
                country.name,
                &country.numeric_str(),
            ] {
                assert_eq!(Country::Alpha2.read(text), Ok(country.alpha2), "{text}");
                assert_eq!(
                    Country::Alpha3.read(&text.to_lowercase()),
                    Ok(country.alpha3),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn every_alias_names_a_country_and_is_needed() {
        for (alias, code) in alias::ALIASES {
            assert_eq!(Country::Alpha2.read(alias), Ok(*code), "{alias}");
            let official = rust_iso3166::ALL
                .iter()
                .any(|one| letters(one.name) == letters(alias));
            assert!(!official, "{alias}");
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in prop_oneof![any::<String>(), "[A-Za-z. ]{0,4}"]) {
            for country in [Country::Alpha2, Country::Alpha3] {
                let once = country.apply(&text).unwrap();
                prop_assert_eq!(country.apply(&once).unwrap(), once.clone());
            }
        }
    }
}

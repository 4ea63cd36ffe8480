use std::borrow::Cow;

use ml_core::{Error, Result};

use super::Standardiser;
use super::blank::is_blank;

/// Telephone numbers as ITU-T E.164 has them: `+`, the code of the country and the number, of 7 to 15 digits and
/// nothing between.
///
/// International numbers (`+44 …`) are known everywhere; national ones only where their country was declared
/// ([`national`](Self::national)). Nobody is called up: whether a number is in use, or its area exists, only the tables
/// of a national numbering plan know. What is no number, has an extension or could be local stays as it is, for the
/// rule `is_phone` to find.
///
/// ```
/// use ml_silver::standardise::{Phones, Standardiser, Trunk};
///
/// let british = Phones::national("44", Trunk::Dialled("0"))?;
/// for text in ["020 7946 0958", "+44 (0)20 7946-0958", "0044 20 79460958"] {
///     assert_eq!(british.apply(text).as_deref(), Some("+442079460958"));
/// }
/// assert_eq!(british.apply("7946 0958").as_deref(), Some("7946 0958"));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Phones {
    country: Option<Country>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Country {
    code: &'static str,
    trunk: Trunk,
}

/// What is dialled before a number within its country, and not from abroad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trunk {
    /// Nothing, as in Italy and Denmark: every number is taken for a national one.
    None,
    /// Always this: a number without is local and not known, as `0` in Britain and Germany.
    Dialled(&'static str),
    /// This or nothing, as `1` in North America.
    Optional(&'static str),
}

impl Phones {
    /// International numbers only, which begin with `+`.
    pub const fn international() -> Self {
        Phones { country: None }
    }

    /// International numbers, also those that begin with `00`, and those of the country with this code, such as `44`.
    ///
    /// # Errors
    /// [`Config`](ml_core::Kind::Config) for a code that is not of one to three digits of which the first is not 0, and
    /// a trunk that is not of digits.
    pub fn national(code: &'static str, trunk: Trunk) -> Result<Self> {
        let prefix = trunk.prefix().unwrap_or("0");
        let is_code = (1..=3).contains(&code.len()) && !code.starts_with('0');
        if !is_code || prefix.is_empty() || !is_digits(code) || !is_digits(prefix) {
            return Err(Error::config(format!(
                "declaring telephone numbers: a country has a code of one to three digits, such as \"44\", and a trunk of digits, such as \"0\"; not {code:?} and {trunk:?}"
            )));
        }
        Ok(Phones {
            country: Some(Country { code, trunk }),
        })
    }

    fn e164(&self, text: &str) -> Option<String> {
        let dense = dense(text)?;
        let (digits, is_abroad) = match (dense.strip_prefix('+'), self.country) {
            (Some(digits), _) => (digits, true),
            (None, Some(_)) if dense.starts_with("00") => (&dense[2..], true),
            (None, _) => (dense.as_str(), false),
        };
        let digits = match self.country {
            Some(country) => country.international(digits, is_abroad)?,
            None => Some(digits.to_owned()).filter(|_| is_abroad)?,
        };
        is_e164(&digits).then(|| format!("+{digits}"))
    }
}

impl Country {
    /// The digits with the code of the country and without the trunk.
    fn international(&self, digits: &str, is_abroad: bool) -> Option<String> {
        let own = match is_abroad {
            true => digits.strip_prefix(self.code),
            false => Some(digits),
        };
        let Some(own) = own else {
            return Some(digits.to_owned());
        };
        let bare = self
            .trunk
            .prefix()
            .map_or(own, |trunk| own.trim_start_matches(trunk));
        let is_local = !is_abroad && bare == own && matches!(self.trunk, Trunk::Dialled(_));
        (!is_local).then(|| format!("{}{bare}", self.code))
    }
}

impl Trunk {
    fn prefix(self) -> Option<&'static str> {
        match self {
            Trunk::None => None,
            Trunk::Dialled(prefix) | Trunk::Optional(prefix) => Some(prefix),
        }
    }
}

impl Standardiser for Phones {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("phone")
    }

    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        Some(match self.e164(text) {
            Some(number) if number != text => Cow::Owned(number),
            _ => Cow::Borrowed(text),
        })
    }
}

/// The digits, and the `+` in front, without what stands between for the eye (ITU-T E.123); `None` where something else
/// does. A trunk in parentheses is not dialled from abroad: `+44 (0)20`.
fn dense(text: &str) -> Option<String> {
    let international = text.trim_start_matches(is_blank).starts_with('+');
    let text = match international {
        true => Cow::Owned(text.replacen("(0)", "", 1)),
        false => Cow::Borrowed(text),
    };
    let dense: String = text.chars().filter(|c| !is_separator(*c)).collect();
    is_digits(dense.strip_prefix('+').unwrap_or(&dense)).then_some(dense)
}

fn is_separator(c: char) -> bool {
    is_blank(c) || matches!(c, '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2013}')
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// As the rule `is_phone` has it.
fn is_e164(digits: &str) -> bool {
    (7..=15).contains(&digits.len()) && !digits.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn assert_standard(phones: Phones, text: &str, standard: &str) {
        assert_eq!(phones.apply(text).as_deref(), Some(standard), "{text:?}");
    }

    fn all() -> [Phones; 4] {
        [
            Phones::international(),
            Phones::national("44", Trunk::Dialled("0")).unwrap(),
            Phones::national("1", Trunk::Optional("1")).unwrap(),
            Phones::national("39", Trunk::None).unwrap(),
        ]
    }

    #[test]
    fn international_numbers_are_known_everywhere() {
        for phones in all() {
            assert_standard(phones, "+49 30/1234-567", "+49301234567");
            assert_standard(phones, "\u{feff}+49 (0)30 1234567\u{a0}", "+49301234567");
            assert_standard(phones, "+49301234567", "+49301234567");
        }
    }

    #[test]
    fn national_numbers_take_the_code_of_their_country() {
        let [_, british, american, italian] = all();
        assert_standard(british, "(020) 7946 0958", "+442079460958");
        assert_standard(british, "+44 020 7946 0958", "+442079460958");
        assert_standard(american, "(415) 555-2671", "+14155552671");
        assert_standard(american, "1-415-555-2671", "+14155552671");
        assert_standard(italian, "06 698 12345", "+390669812345");
        assert_standard(italian, "0049 30 1234567", "+49301234567");
    }

    #[test]
    fn what_is_no_number_is_left_for_a_rule() {
        for phones in all() {
            for text in [
                "",
                "+",
                "n/a",
                "020 7946 0958 x12",
                "+0 123 456 789",
                "+1234567890123456",
                "12",
                "+12+3456789",
                "٠٢٠٧٩٤٦",
            ] {
                assert_standard(phones, text, text);
            }
        }
        assert_standard(all()[0], "020 7946 0958", "020 7946 0958");
        assert_standard(all()[0], "0044 20 7946 0958", "0044 20 7946 0958");
    }

    #[test]
    fn what_is_no_country_is_refused() {
        for (code, trunk) in [
            ("", Trunk::None),
            ("044", Trunk::None),
            ("+44", Trunk::None),
            ("1234", Trunk::None),
            ("44", Trunk::Dialled("")),
            ("44", Trunk::Optional("a")),
        ] {
            assert!(Phones::national(code, trunk).is_err(), "{code} {trunk:?}");
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in prop_oneof![any::<String>(), "[+]?[ (]?[014]{0,4}[0-9() -]{0,12}"]) {
            for phones in all() {
                let once = phones.apply(&text).unwrap();
                prop_assert_eq!(phones.apply(&once).unwrap(), once.clone());
            }
        }
    }
}

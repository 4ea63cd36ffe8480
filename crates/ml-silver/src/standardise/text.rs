use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::{Standardiser, collapse_blanks, email, id, lower, non_blank, title, upper};

/// The standardisers of text that need no declaration: plain values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// [`collapse_blanks`]
    Trim,
    /// [`non_blank`]: blank text becomes NULL
    NonBlank,
    /// [`nfc`]
    Nfc,
    /// [`upper`]
    Upper,
    /// [`lower`]
    Lower,
    /// [`title`]
    Title,
    /// [`id`]
    Id,
    /// [`email`]
    Email,
}

impl Standardiser for Text {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(match self {
            Text::Trim => "trim",
            Text::NonBlank => "non_blank",
            Text::Nfc => "nfc",
            Text::Upper => "upper",
            Text::Lower => "lower",
            Text::Title => "title",
            Text::Id => "id",
            Text::Email => "email",
        })
    }

    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        Some(match self {
            Text::Trim => collapse_blanks(text),
            Text::NonBlank => return non_blank(text),
            Text::Nfc => nfc(text),
            Text::Upper => upper(text),
            Text::Lower => lower(text),
            Text::Title => title(text).into(),
            Text::Id => id(text),
            Text::Email => email(text),
        })
    }
}

/// Unicode's normalization form C (UAX #15): what looks the same and is the same is written the same.
///
/// Blanks and case stay as they are. PostgreSQL's `normalize(text, NFC)` answers the same.
///
/// ```
/// use ml_silver::standardise::nfc;
/// assert_eq!(nfc("Cafe\u{301} \u{212b}"), "Café Å");
/// ```
pub fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standardise::awkward::awkward;
    use proptest::prelude::*;

    const ALL: [Text; 8] = [
        Text::Trim,
        Text::NonBlank,
        Text::Nfc,
        Text::Upper,
        Text::Lower,
        Text::Title,
        Text::Id,
        Text::Email,
    ];

    fn assert_idempotent(standardiser: &dyn OnText, text: &str) {
        let once = standardiser.once(text);
        let twice = once.as_deref().and_then(|once| standardiser.once(once));
        assert_eq!(twice, once, "{text:?}");
    }

    /// Any standardiser, owned on both sides.
    trait OnText {
        fn once(&self, text: &str) -> Option<String>;
    }

    impl<S: Standardiser> OnText for S {
        fn once(&self, text: &str) -> Option<String> {
            self.apply(text).map(Cow::into_owned)
        }
    }

    #[test]
    fn every_cased_character_is_idempotent_wherever_titles_differ() {
        let cased = |c: &char| c.to_uppercase().ne([*c]) || c.to_lowercase().ne([*c]);
        for c in ('\0'..=char::MAX).filter(cased) {
            for text in ["?a", "a?", "?'abc", "o'?ab"].map(|text| text.replace('?', &c.to_string()))
            {
                ALL.iter()
                    .for_each(|text_of| assert_idempotent(text_of, &text));
            }
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in prop_oneof![awkward(), any::<String>(), "[0-9]{0,3}\\.?0{0,3}"]) {
            ALL.iter().for_each(|text_of| assert_idempotent(text_of, &text));
        }

        #[test]
        fn a_chain_that_ends_in_nfc_is_idempotent(text in prop_oneof![awkward(), any::<String>()]) {
            for case in [Text::Upper, Text::Lower, Text::Title] {
                assert_idempotent(&Text::NonBlank.then(case).then(Text::Nfc), &text);
            }
        }
    }
}

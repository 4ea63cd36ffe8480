use std::borrow::Cow;

/// Trims, and turns every run of blanks into one space.
///
/// Blanks are Unicode white space and the invisible U+200B and U+FEFF.
///
/// ```
/// use ml_silver::standardise::collapse_blanks;
/// assert_eq!(collapse_blanks("\u{feff} United\u{a0}\n Kingdom "), "United Kingdom");
/// ```
pub fn collapse_blanks(text: &str) -> Cow<'_, str> {
    let trimmed = trimmed(text);
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

/// Without the blanks at the ends.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_blank)
}

pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_blank).filter(|word| !word.is_empty())
}

pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}')
}

/// Whether every blank of a trimmed text is a single space.
fn is_collapsed(trimmed: &str) -> bool {
    let mut after_space = false;
    trimmed.chars().all(|c| {
        let is_space = c == ' ';
        let is_single = !(is_space && after_space);
        after_space = is_space;
        is_single && (is_space || !is_blank(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standardise::awkward::awkward;
    use proptest::prelude::*;

    #[test]
    fn what_is_standard_is_not_copied() {
        assert!(matches!(collapse_blanks(" a b "), Cow::Borrowed("a b")));
        assert!(matches!(collapse_blanks("a\u{200b}b"), Cow::Owned(_)));
    }

    proptest! {
        #[test]
        fn blanks_end_up_single_and_inside(text in awkward()) {
            let collapsed = collapse_blanks(&text);
            prop_assert!(is_collapsed(&collapsed));
            prop_assert_eq!(trimmed(&collapsed), &*collapsed);
            prop_assert_eq!(non_blank(&text).is_none(), text.chars().all(is_blank));
        }
    }
}

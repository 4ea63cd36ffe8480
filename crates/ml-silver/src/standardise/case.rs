use std::borrow::Cow;

use super::blank::is_blank;

/// Upper case by Unicode's full mapping, whatever the locale.
///
/// ```
/// use ml_silver::standardise::upper;
/// assert_eq!(upper("85123a straße"), "85123A STRASSE");
/// ```
pub fn upper(text: &str) -> Cow<'_, str> {
    let is_upper = |byte: u8| byte.is_ascii() && !byte.is_ascii_lowercase();
    match text.bytes().all(is_upper) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.to_uppercase()),
    }
}

/// Lower case by Unicode's full mapping, final sigma included, whatever the locale.
///
/// ```
/// use ml_silver::standardise::lower;
/// assert_eq!(lower("ΟΔΟΣ Lane"), "οδος lane");
/// ```
pub fn lower(text: &str) -> Cow<'_, str> {
    let is_lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    match text.bytes().all(is_lower) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.to_lowercase()),
    }
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
    let mut titled = String::with_capacity(text.len());
    for word in lower(text).split_inclusive(ends_word) {
        push_titled(word, &mut titled);
    }
    titled
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

fn ends_word(c: char) -> bool {
    let dash = matches!(c, '\u{2010}'..='\u{2015}');
    dash || is_blank(c) || (c.is_ascii_punctuation() && !is_apostrophe(c))
}

fn push_titled(word: &str, out: &mut String) {
    let prefix = word.split_inclusive(is_apostrophe).next().unwrap_or(word);
    let (start, tail) = (out.len(), &word[prefix.len()..]);
    push_capitalised(prefix, out);
    match starts_name(&out[start..], tail) {
        true => push_capitalised(tail, out),
        false => out.push_str(tail),
    }
}

/// The prefix is measured as it comes out: `ß'` is one letter going in and two ever after.
fn starts_name(head: &str, tail: &str) -> bool {
    head.chars().count() == 2 && tail.chars().filter(|c| c.is_alphabetic()).count() >= 3
}

fn push_capitalised(word: &str, out: &mut String) {
    let mut rest = word.chars();
    let mut first = rest.next().into_iter().flat_map(char::to_uppercase);
    out.extend(first.next());
    out.extend(first.flat_map(char::to_lowercase));
    out.push_str(rest.as_str());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_sensible() {
        assert_eq!(title("ÉMILE d'arcy-o’neil"), "Émile D'Arcy-O’Neil");
        assert_eq!(title("i'll DON'T o'BRIEN'S"), "I'll Don't O'Brien's");
        assert_eq!(
            title("ΠΑΥΛΟΣ e\u{301}cole j.r.r. 3RD"),
            "Παυλος E\u{301}cole J.R.R. 3rd"
        );
    }
}

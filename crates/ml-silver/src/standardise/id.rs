use std::borrow::Cow;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_lose_their_zeros() {
        for text in [
            "", ".0", "1.", "1.0.0", "-1.0", "a1.0", "1.01", "١.0", " 1.0",
        ] {
            assert_eq!(id(text), text);
        }
        assert_eq!(id("007.000"), "007");
    }
}

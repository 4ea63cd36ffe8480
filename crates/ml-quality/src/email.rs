/// Whether text is a valid e-mail address as HTML5 defines it: a deliberate, ASCII-only cut of RFC 5322.
///
/// Source: WHATWG, HTML Living Standard, "Valid email address", the grammar and its regular expression.
///
/// ```
/// assert!(ml_quality::is_email("ada@example.com"));
/// assert!(!ml_quality::is_email("ada@example..com"));
/// ```
pub fn is_email(text: &str) -> bool {
    let bytes = text.as_bytes();
    let local = bytes.iter().take_while(|byte| is_local(**byte)).count();
    match bytes[local..].split_first() {
        Some((b'@', domain)) => local > 0 && domain.split(|byte| *byte == b'.').all(is_label),
        _ => false,
    }
}

/// One label of a domain.
macro_rules! label {
    () => {
        "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    };
}

/// `atext` of RFC 5322.
macro_rules! atext {
    () => {
        "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
    };
}

/// The same as [`is_email`]: the regular expression of the standard.
pub(crate) const PATTERN: &str = concat!(
    "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@",
    label!(),
    "(?:[.]",
    label!(),
    ")*$"
);

/// With single dots between other characters, and a domain that ends in a label which is no number.
pub(crate) const STRICT: &str = concat!(
    "^",
    atext!(),
    "+(?:[.]",
    atext!(),
    "+)*@(?:",
    label!(),
    "[.])+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])$"
);

/// `atext` of RFC 5322, and the dot wherever it likes.
fn is_local(byte: u8) -> bool {
    LOCAL[usize::from(byte)]
}

/// A look-up: this runs for every byte of every address.
static LOCAL: [bool; 256] = {
    let allowed =
        b".!#$%&'*+/=?^_`{|}~-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut table = [false; 256];
    let mut place = 0;
    while place < allowed.len() {
        table[allowed[place] as usize] = true;
        place += 1;
    }
    table
};

/// 1 to 63 letters, digits and hyphens, with no hyphen at the ends (RFC 1034 §3.5, RFC 1123 §2.1).
fn is_label(label: &[u8]) -> bool {
    let inner = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    (1..=63).contains(&label.len())
        && label.iter().all(inner)
        && !label.starts_with(b"-")
        && !label.ends_with(b"-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_the_standard_accepts() {
        for text in [
            "a@b",
            "ada@example.com",
            "ada.lovelace+news@mail.example.co.uk",
            ".leading@example.com",
            "trailing.@example.com",
            "two..dots@example.com",
            "!#$%&'*+/=?^_`{|}~-@example.com",
            "a@1",
            "a@127.0.0.1",
            "a@xn--bcher-kva.example",
            "a@b--c",
        ] {
            assert!(is_email(text), "{text:?}");
        }
        assert!(is_email(&format!(
            "{}@{}.com",
            "a".repeat(300),
            "b".repeat(63)
        )));
    }

    #[test]
    fn what_the_standard_refuses() {
        for text in [
            "",
            " ",
            "@",
            "ada",
            "@example.com",
            "ada@",
            "ada@@example.com",
            "ada@exa@mple.com",
            "ada@example..com",
            "ada@.example.com",
            "ada@example.com.",
            "ada@-example.com",
            "ada@example-.com",
            "ada@exam_ple.com",
            "ada lovelace@example.com",
            " ada@example.com",
            "ada@example.com ",
            "ada@example.com\n",
            "ada@exam\0ple.com",
            "\"ada\"@example.com",
            "ada(comment)@example.com",
            "ada@[127.0.0.1]",
            "Ada <ada@example.com>",
            "mailto:ada@example.com",
            "ada,eve@example.com",
            "ädä@example.com",
            "ada@bücher.example",
            "ada\u{ff20}example.com",
        ] {
            assert!(!is_email(text), "{text:?}");
        }
        assert!(!is_email(&format!("a@{}", "b".repeat(64))));
    }

    proptest! {
        #[test]
        fn one_at_sign_and_nothing_else_outside_the_grammar(text in "[a-z.@-]{0,12}") {
            let oracle = text.matches('@').count() == 1
                && !text.starts_with('@')
                && text.split('@').nth(1).is_some_and(|domain| {
                    domain.split('.').all(|label| !label.is_empty() && label.trim_matches('-') == label)
                });
            prop_assert_eq!(is_email(&text), oracle);
        }
    }
}

//! Check digits, in Rust and as SQL.

/// Whether text has the shape of an IBAN and leaves 1 when it is divided by 97 (ISO/IEC 7064, MOD 97-10).
pub(crate) fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    if !(15..=34).contains(&bytes.len()) {
        return false;
    }
    let (head, account) = bytes.split_at(4);
    let has_shape = head[..2].iter().all(u8::is_ascii_uppercase)
        && head[2..].iter().all(u8::is_ascii_digit)
        && account.iter().all(is_capital_or_digit);
    has_shape && account.iter().chain(head).fold(0, remainder) == 1
}

fn is_capital_or_digit(byte: &u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

/// A is 10, Z is 35.
fn remainder(left: u32, byte: &u8) -> u32 {
    match byte {
        b'0'..=b'9' => (left * 10 + u32::from(byte - b'0')) % 97,
        _ => (left * 100 + u32::from(byte - b'A') + 10) % 97,
    }
}

/// Whether text is two digits or more whose sum, each second one from the right doubled, ends in 0.
pub(crate) fn is_luhn(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 2 || !bytes.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let digits = bytes.iter().rev().map(|byte| u64::from(byte - b'0'));
    let sum: u64 = digits
        .enumerate()
        .map(|(place, digit)| match place % 2 {
            0 => digit,
            // The digits of the double: 7 gives 14 gives 5.
            _ => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// What says of a text in capitals and digits whether it leaves 1 when it is divided by 97.
pub(crate) fn iban_sql(text: &str) -> String {
    let letters = ('A'..='Z').zip(10..);
    let moved = format!("substr({text}, 5) || substr({text}, 1, 4)");
    let digits = letters.fold(moved, |digits, (letter, number)| {
        format!("replace({digits}, '{letter}', '{number}')")
    });
    format!("mod({digits}::numeric, 97) = 1")
}

/// What says of digits whether their Luhn sum ends in 0: it is counted in strokes.
pub(crate) fn luhn_sql(digits: &str) -> String {
    let each_second =
        |which| format!(r"regexp_replace(reverse({digits}), '(.)(.?)', E'\\{which}', 'g')");
    let (kept, doubled) = (each_second(1), each_second(2));
    let all = format!("{kept} || translate({doubled}, '123456789', '246813579')");
    let strokes = (1..=9).fold(format!("replace({all}, '0', '')"), |strokes, digit| {
        format!("replace({strokes}, '{digit}', '{}')", "|".repeat(digit))
    });
    format!("mod(char_length({strokes}), 10) = 0")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The examples of the registry of ISO 13616.
    #[test]
    fn what_the_registry_has_is_an_iban() {
        for text in [
            "GB82WEST12345698765432",
            "DE89370400440532013000",
            "FR1420041010050500013M02606",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
        ] {
            assert!(is_iban(text), "{text}");
            assert!(!is_iban(&text.to_lowercase()), "{text}");
            assert!(!is_iban(&format!("{text} ")), "{text}");
        }
        for text in [
            "",
            "GB82",
            "GB82 WEST 1234 5698 7654 32",
            "8282WEST12345698765432",
            "GB8ÜWEST12345698765432",
        ] {
            assert!(!is_iban(text), "{text}");
        }
    }

    /// The example of ISO/IEC 7812-1 annex B, and numbers that card schemes publish for tests.
    #[test]
    fn what_the_standard_has_is_luhn() {
        for text in [
            "4992739871 6".replace(' ', "").as_str(),
            "79927398713",
            "4111111111111111",
            "00",
            "18",
        ] {
            assert!(is_luhn(text), "{text}");
        }
        for text in [
            "",
            "0",
            "79927398710",
            "4111 1111 1111 1111",
            "٠٠",
            "4111111111111112",
        ] {
            assert!(!is_luhn(text), "{text}");
        }
    }

    proptest! {
        /// Each single wrong digit and each transposition of neighbours but 09 and 90 is found.
        #[test]
        fn one_wrong_digit_is_found(digits in "[0-9]{1,20}", place in 0..20_usize, other in 1..10_u8) {
            let check = (0..10).map(|check| format!("{digits}{check}")).find(|text| is_luhn(text));
            let text = check.unwrap();
            let mut wrong = text.clone().into_bytes();
            let place = place % wrong.len();
            wrong[place] = b'0' + (wrong[place] - b'0' + other) % 10;
            prop_assert!(!is_luhn(std::str::from_utf8(&wrong).unwrap()), "{text}");
        }

        #[test]
        fn one_wrong_digit_of_an_account_is_found(account in "[0-9]{11,30}", place in 4..15_usize) {
            let check = (2..99).map(|check| format!("DE{check:02}{account}")).find(|text| is_iban(text));
            let text = check.unwrap();
            let mut wrong = text.clone().into_bytes();
            wrong[place] = if wrong[place] == b'7' { b'8' } else { b'7' };
            prop_assert!(!is_iban(std::str::from_utf8(&wrong).unwrap()), "{text}");
        }
    }
}

use std::borrow::Cow;

use ml_core::{Error, Result};
use rust_decimal::Decimal;

use super::blank::is_blank;
use super::figure::{Figure, Sign};
use super::{Reader, Unread};

/// How numbers are written: which marks stand in them, and which words may stand beside them.
///
/// Digits are those of ASCII. A minus may stand before the number, after it, or as parentheses around it: `-12`, `12-`,
/// `(12)`. A mark that is not declared is not read: `1,234` is 1234 to [`ENGLISH`](Self::ENGLISH), 1.234 to
/// [`GERMAN`](Self::GERMAN) and nothing to [`PLAIN`](Self::PLAIN). Groups are of three digits, or the number is
/// refused. Nothing is rounded: the value has the decimals that were written, and more than 28 digits are refused.
///
/// ```
/// use ml_silver::standardise::{NumberFormat, Reader};
/// use rust_decimal::dec;
///
/// let english = NumberFormat::ENGLISH;
/// assert_eq!(english.read("1,234.50"), Ok(dec!(1234.50)));
/// assert_eq!(english.read(" (12.00) "), Ok(dec!(-12.00)));
/// assert!(english.read("12,34.50").is_err());
/// assert!(english.read("12.0 oz").is_err());
/// assert_eq!(english.beside(&["oz", "$"]).read("12.0 oz"), Ok(dec!(12.0)));
/// assert_eq!(NumberFormat::GERMAN.read("1.234,50"), Ok(dec!(1234.50)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberFormat {
    decimal: char,
    thousands: Option<char>,
    beside: &'static [&'static str],
}

impl NumberFormat {
    /// A point before the fraction and no groups.
    pub const PLAIN: NumberFormat = NumberFormat {
        decimal: '.',
        thousands: None,
        beside: &[],
    };
    /// `1,234.50`
    pub const ENGLISH: NumberFormat = NumberFormat {
        thousands: Some(','),
        ..NumberFormat::PLAIN
    };
    /// `1.234,50`
    pub const GERMAN: NumberFormat = NumberFormat {
        decimal: ',',
        thousands: Some('.'),
        ..NumberFormat::PLAIN
    };
    /// `1 234,50`
    pub const FRENCH: NumberFormat = NumberFormat {
        decimal: ',',
        thousands: Some(' '),
        ..NumberFormat::PLAIN
    };

    /// A format with marks of its own; a blank among them stands for every blank.
    ///
    /// # Errors
    /// A mark that is a digit, a letter, a sign or a parenthesis, and two that are the same.
    pub fn new(decimal: char, thousands: Option<char>) -> Result<Self> {
        let marks = || thousands.into_iter().chain([decimal]);
        if thousands == Some(decimal) || marks().any(|mark| !is_mark(mark)) {
            let marks: Vec<char> = marks().collect();
            return Err(Error::config(format!(
                "numbers cannot be written with the marks {marks:?}: use two different ones, no letter, digit, sign or parenthesis"
            )));
        }
        Ok(NumberFormat {
            decimal,
            thousands,
            ..NumberFormat::PLAIN
        })
    }

    /// Words and signs that may stand before or after the number and say nothing, whatever their case.
    pub const fn beside(self, words: &'static [&'static str]) -> Self {
        NumberFormat {
            beside: words,
            ..self
        }
    }

    /// A number and the words beside it.
    pub(super) fn split<'a>(&self, text: &'a str) -> Result<(Decimal, Figure<'a>), Unread> {
        let figure = Figure::of(text, |c| self.is_decimal(c) || self.is_thousands(c))
            .ok_or(self.unread())?;
        let number = self.number(&figure).ok_or(self.unread())?;
        Ok((number, figure))
    }

    fn number(&self, figure: &Figure<'_>) -> Option<Decimal> {
        let mut parts = figure.digits.split(|c| self.is_decimal(c));
        let (whole, fraction) = (parts.next()?, parts.next().unwrap_or_default());
        if parts.next().is_some() || fraction.contains(|c| self.is_thousands(c)) {
            return None;
        }
        let digits = self.ungrouped(whole)? + fraction;
        let digits = Some(digits).filter(|digits| digits.len() <= MOST_DIGITS)?;
        let mantissa: i128 = digits.parse().ok()?;
        let signed = match figure.sign {
            Sign::Plus => mantissa,
            Sign::Minus => -mantissa,
        };
        Decimal::try_from_i128_with_scale(signed, u32::try_from(fraction.len()).ok()?).ok()
    }

    fn ungrouped(&self, whole: &str) -> Option<String> {
        let groups: Vec<&str> = whole.split(|c| self.is_thousands(c)).collect();
        let is_grouped = match groups[..] {
            [_] => true,
            [first, ref others @ ..] => {
                (1..=3).contains(&first.len()) && others.iter().all(|group| group.len() == 3)
            }
            [] => false,
        };
        is_grouped.then(|| groups.concat())
    }

    fn is_decimal(&self, c: char) -> bool {
        c == self.decimal
    }

    fn is_thousands(&self, c: char) -> bool {
        let same_blank = |mark| is_blank(mark) && is_blank(c);
        self.thousands
            .is_some_and(|mark| mark == c || same_blank(mark))
    }

    fn is_silent(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        self.beside
            .iter()
            .any(|silent| silent.to_lowercase() == word)
    }

    pub(super) fn unread(&self) -> Unread {
        let decimal = self.decimal;
        Unread::new(match self.thousands {
            Some(mark) => format!(
                "a number with the decimal mark {decimal:?} and {mark:?} between groups of three"
            ),
            None => format!("a number with the decimal mark {decimal:?}"),
        })
    }
}

impl Reader for NumberFormat {
    type Value = Decimal;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("number")
    }

    fn read(&self, text: &str) -> std::result::Result<Decimal, Unread> {
        let (number, figure) = self.split(text)?;
        match figure.words().all(|word| self.is_silent(word)) {
            true => Ok(number),
            false => Err(self.unread()),
        }
    }
}

/// What [`Decimal`] holds of any digits.
const MOST_DIGITS: usize = 28;

fn is_mark(mark: char) -> bool {
    !mark.is_alphanumeric() && !matches!(mark, '+' | '-' | '\u{2212}' | '(' | ')')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::dec;

    #[test]
    fn what_is_declared_is_read() {
        let money = NumberFormat::ENGLISH.beside(&["$", "USD", "oz", "US$"]);
        for (text, value) in [
            ("1,234.50", dec!(1234.50)),
            ("1234.50", dec!(1234.50)),
            ("\u{a0}12\u{200b}", dec!(12)),
            ("(12.00)", dec!(-12.00)),
            ("( 1,200 )", dec!(-1200)),
            ("12-", dec!(-12)),
            ("\u{2212}12", dec!(-12)),
            ("- 12", dec!(-12)),
            ("+1,234,567.8", dec!(1234567.8)),
            ("$12.00", dec!(12.00)),
            ("-$12.00", dec!(-12.00)),
            ("$-12.00", dec!(-12.00)),
            ("$12.00-", dec!(-12.00)),
            ("($12.00)", dec!(-12.00)),
            ("USD 1,000", dec!(1000)),
            ("1,000usd", dec!(1000)),
            ("12.0 oz", dec!(12.0)),
            ("12.0 OZ", dec!(12.0)),
            ("-0", dec!(0)),
            ("007", dec!(7)),
        ] {
            assert_eq!(money.read(text), Ok(value), "{text}");
            assert_eq!(money.read(text).unwrap().scale(), value.scale(), "{text}");
        }
        let french = NumberFormat::FRENCH.beside(&["€"]);
        for text in ["1 234,50 €", "1\u{202f}234,50\u{a0}€", "1234,50"] {
            assert_eq!(french.read(text), Ok(dec!(1234.50)), "{text}");
        }
        let swiss = NumberFormat::new('.', Some('’')).unwrap();
        assert_eq!(swiss.read("1’234.50"), Ok(dec!(1234.50)));
    }

    #[test]
    fn what_could_be_something_else_is_refused() {
        for text in [
            "",
            " ",
            "-",
            "()",
            "abc",
            "1,23",
            "1,2345",
            ",123",
            "1,,234",
            "1.2.3",
            "1,234,5",
            "1.234,5",
            "12.",
            ".5",
            "--1",
            "-(1)",
            "(-1)",
            "-1-",
            "+1-",
            "1e5",
            "0x1F",
            "1 234",
            "12 34",
            "(12",
            "12)",
            "١٢",
            "12%",
            "NaN",
            "1,234.5,6",
            "12345678901234567890123456789",
            "12 kg",
            "$",
            "5'6",
        ] {
            assert!(
                NumberFormat::ENGLISH.beside(&["$"]).read(text).is_err(),
                "{text:?}"
            );
        }
        assert!(NumberFormat::PLAIN.read("1,234").is_err());
        assert!(NumberFormat::FRENCH.read("1 23,4").is_err());
    }

    #[test]
    fn marks_that_say_two_things_are_refused() {
        for (decimal, thousands) in [
            ('.', Some('.')),
            ('1', None),
            ('.', Some('-')),
            ('(', None),
            ('e', None),
        ] {
            assert!(
                NumberFormat::new(decimal, thousands).is_err(),
                "{decimal} {thousands:?}"
            );
        }
    }

    proptest! {
        /// What was read reads as the same again.
        #[test]
        fn a_number_is_read_as_it_was_written(mantissa in any::<i64>(), scale in 0_u32..9) {
            let value = Decimal::new(mantissa, scale);
            let plain = value.to_string();
            prop_assert_eq!(NumberFormat::PLAIN.read(&plain), Ok(value));
            prop_assert_eq!(NumberFormat::ENGLISH.read(&plain), Ok(value));
            prop_assert_eq!(NumberFormat::GERMAN.read(&plain.replace('.', ",")), Ok(value));
            let accounted = format!("({})", plain.trim_start_matches('-'));
            prop_assert_eq!(NumberFormat::PLAIN.read(&accounted), Ok(-value.abs()));
        }

        #[test]
        fn nothing_panics(text in prop_oneof![any::<String>(), "[0-9.,() $+-]{0,40}"]) {
            for format in [NumberFormat::PLAIN, NumberFormat::ENGLISH, NumberFormat::GERMAN, NumberFormat::FRENCH] {
                let _ = format.read(&text);
            }
        }
    }
}

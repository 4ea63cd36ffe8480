use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::record::NOT_NULL;
use crate::{Field, Malformed, Type};

/// How a column's values are written in the source, where that is not the default.
///
/// ```
/// use ml_core::{Notation, Type};
/// let german = Notation { decimal: Some(','), thousands: Some('.'), ..Notation::PLAIN };
/// assert!(german.fits(Type::Numeric) && !german.fits(Type::Text));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notation {
    /// What stands for NULL, in quotes or not; when empty, it is the empty field of a column that may be NULL. With a token
    /// the empty field is no longer NULL, unless it is declared too.
    #[serde(skip_serializing_if = "is_empty")]
    pub null: Cow<'static, [Cow<'static, str>]>,
    /// The character before the fraction of a number, in place of the point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<char>,
    /// The character between groups of three digits of a number; by default there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thousands: Option<char>,
}

// the shape that serde asks for
#[allow(clippy::ptr_arg)]
fn is_empty(tokens: &Cow<'static, [Cow<'static, str>]>) -> bool {
    tokens.is_empty()
}

impl Notation {
    /// The default: an empty field is NULL where that may be, numbers have a point and no groups.
    pub const PLAIN: Notation = Notation {
        null: Cow::Borrowed(&[]),
        decimal: None,
        thousands: None,
    };

    /// Whether nothing is declared.
    pub fn is_plain(&self) -> bool {
        *self == Notation::PLAIN
    }

    /// Whether values of a type can be written so: only numbers have a point and groups, each with a character of its own.
    pub const fn fits(&self, ty: Type) -> bool {
        let is_number = is_number(ty);
        let point = match self.decimal {
            Some(point) => point,
            None => '.',
        };
        match self.thousands {
            Some(group) => {
                is_number && is_mark(point) && is_mark(group) && group as u32 != point as u32
            }
            None => self.decimal.is_none() || (is_number && is_mark(point)),
        }
    }

    fn is_null(&self, text: &str) -> bool {
        self.null.iter().any(|token| *token == text)
    }

    /// Text as everyone else writes it; `None` is NULL.
    pub(crate) fn plain<'a>(
        &self,
        text: &'a str,
        ty: Type,
        nullable: bool,
    ) -> Result<Option<Cow<'a, str>>, Malformed> {
        let is_null = match self.null.is_empty() {
            true => nullable && text.is_empty(),
            false => self.is_null(text),
        };
        let is_marked = self.decimal.is_some() || self.thousands.is_some();
        match (is_null, is_marked && is_number(ty)) {
            (true, _) if nullable => Ok(None),
            (true, _) => Err(NOT_NULL),
            (false, true) => self.number(text).map(Cow::Owned).map(Some).ok_or(NUMBER),
            (false, false) => Ok(Some(Cow::Borrowed(text))),
        }
    }

    /// Decodes text into a field.
    pub(crate) fn decode<V: Field>(
        &self,
        place: &mut V,
        text: &str,
        format: Option<&str>,
    ) -> Result<(), Malformed> {
        match self.plain(text, V::TYPE, V::NULLABLE)? {
            Some(text) => place.decode_present(&text, format),
            // which is NULL for a field that may be
            None => place.decode("", format),
        }
    }

    /// A number as everyone else writes it; `None` where it is not grouped rightly or has another point.
    fn number(&self, text: &str) -> Option<String> {
        let unsigned = text.trim_start_matches(['+', '-']);
        let mantissa = unsigned.split(['e', 'E']).next()?;
        let (sign, exponent) = (
            &text[..text.len() - unsigned.len()],
            &unsigned[mantissa.len()..],
        );
        let (whole, fraction) = match mantissa.split_once(self.decimal.unwrap_or('.')) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        let mut plain = sign.to_owned() + &self.ungrouped(whole)?;
        if let Some(fraction) = fraction {
            digits(fraction)?;
            plain.push('.');
            plain.push_str(fraction);
        }
        Some(plain + exponent)
    }

    fn ungrouped(&self, whole: &str) -> Option<String> {
        let Some(mark) = self.thousands.filter(|mark| whole.contains(*mark)) else {
            return digits(whole).map(str::to_owned);
        };
        let mut groups = whole.split(mark);
        let first = digits(groups.next()?).filter(|first| (1..=3).contains(&first.len()))?;
        groups.try_fold(first.to_owned(), |plain, group| {
            let group = digits(group).filter(|group| group.len() == 3)?;
            Some(plain + group)
        })
    }
}

impl Default for Notation {
    fn default() -> Self {
        Notation::PLAIN
    }
}

const NUMBER: Malformed =
    Malformed("a number with the column's decimal and thousands marks, in groups of three");

const fn is_number(ty: Type) -> bool {
    matches!(ty, Type::Int4 | Type::Int8 | Type::Float8 | Type::Numeric)
}

/// What no number has in it besides.
const fn is_mark(mark: char) -> bool {
    !(mark.is_ascii_alphanumeric() || matches!(mark, '+' | '-'))
}

fn digits(text: &str) -> Option<&str> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    const GERMAN: Notation = Notation {
        null: Cow::Borrowed(&[]),
        decimal: Some(','),
        thousands: Some('.'),
    };

    fn decimal(notation: &Notation, text: &str) -> Option<String> {
        let mut place = <Decimal as Field>::blank();
        let decoded = notation.decode(&mut place, text, None);
        decoded.ok().map(|()| place.to_string())
    }

    /// C2: a number is what was declared, or none.
    #[test]
    fn a_number_is_grouped_rightly_or_malformed() {
        for (text, value) in [
            ("1.234,50", "1234.50"),
            ("1234,50", "1234.50"),
            ("-1.234.567", "-1234567"),
            ("12", "12"),
            ("0,5", "0.5"),
            ("+1,5", "1.5"),
        ] {
            assert_eq!(decimal(&GERMAN, text).as_deref(), Some(value), "{text}");
        }
        for text in [
            "1,234.50", "1.23,4", "12.34", "1234.567", ".123", "1..234", "1.234.", "1,2,3", "",
            ",5", "1,2.345", "1 234", "--1", "1e3",
        ] {
            assert_eq!(decimal(&GERMAN, text), None, "{text}");
        }
        let comma = Notation {
            decimal: Some(','),
            ..Notation::PLAIN
        };
        assert_eq!(decimal(&comma, "1,5").as_deref(), Some("1.5"));
        assert_eq!(decimal(&comma, "1.5"), None);
        let swiss = Notation {
            thousands: Some('’'),
            ..Notation::PLAIN
        };
        assert_eq!(decimal(&swiss, "1’234.5").as_deref(), Some("1234.5"));
        assert_eq!(decimal(&swiss, "1'234.5"), None);
    }

    /// B10: the truth table of NULL.
    #[test]
    fn null_is_what_was_declared() {
        let text = |null: &'static [Cow<'static, str>], text: &str| {
            let notation = Notation {
                null: Cow::Borrowed(null),
                ..Notation::PLAIN
            };
            let mut place = Some(String::from("old"));
            notation.decode(&mut place, text, None).unwrap();
            place
        };
        const NA: &[Cow<'static, str>] = &[Cow::Borrowed("NA"), Cow::Borrowed("\\N")];
        const BOTH: &[Cow<'static, str>] = &[Cow::Borrowed("NA"), Cow::Borrowed("")];
        assert_eq!(text(&[], ""), None);
        assert_eq!(text(&[], "NA").as_deref(), Some("NA"));
        assert_eq!(text(NA, "NA"), None);
        assert_eq!(text(NA, "\\N"), None);
        assert_eq!(text(NA, "").as_deref(), Some(""));
        assert_eq!(text(NA, " NA").as_deref(), Some(" NA"));
        assert_eq!(text(NA, "na").as_deref(), Some("na"));
        assert_eq!(text(BOTH, ""), None);
        let notation = Notation {
            null: Cow::Borrowed(NA),
            ..Notation::PLAIN
        };
        let mut place = Some(7_i64);
        assert!(notation.decode(&mut place, "", None).is_err());
        let mut place = 7_i64;
        let refused = notation.decode(&mut place, "NA", None);
        assert_eq!(refused, Err(NOT_NULL));
    }

    #[test]
    fn marks_belong_to_numbers_and_differ() {
        assert!(GERMAN.fits(Type::Float8) && !GERMAN.fits(Type::Date));
        assert!(
            !Notation {
                thousands: Some(','),
                ..GERMAN
            }
            .fits(Type::Numeric)
        );
        assert!(
            !Notation {
                thousands: Some('.'),
                ..Notation::PLAIN
            }
            .fits(Type::Numeric)
        );
        assert!(
            !Notation {
                decimal: Some('1'),
                ..Notation::PLAIN
            }
            .fits(Type::Numeric)
        );
        assert!(Notation::PLAIN.fits(Type::Text));
    }

    proptest! {
        #[test]
        fn what_is_grouped_is_the_same_number(mantissa in any::<i64>(), scale in 0_u32..9) {
            let value = Decimal::new(mantissa, scale);
            let plain = value.to_string();
            let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
            let digits: Vec<char> = whole.trim_start_matches('-').chars().rev().collect();
            let groups: Vec<String> = digits.chunks(3).map(|group| group.iter().collect()).collect();
            let grouped: String = groups.join(".").chars().rev().collect();
            let sign = if mantissa < 0 { "-" } else { "" };
            let comma = if fraction.is_empty() { "" } else { "," };
            let written = format!("{sign}{grouped}{comma}{fraction}");
            prop_assert_eq!(decimal(&GERMAN, &written), Some(plain));
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,40}") {
            let _ = decimal(&GERMAN, &text);
        }
    }
}

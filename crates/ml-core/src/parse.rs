//! Text to value, strictly: what PostgreSQL would guess (blanks, `NaN`, `today`, two-digit years, a swallowed
//! offset) is malformed here. None of these interprets a format string per value.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;

use crate::Malformed;

type Parsed<T> = Result<T, Malformed>;

pub(crate) fn boolean(text: &str) -> Parsed<bool> {
    match text {
        "true" | "TRUE" | "True" | "t" | "1" => Ok(true),
        "false" | "FALSE" | "False" | "f" | "0" => Ok(false),
        _ => Err(Malformed("true or false")),
    }
}

pub(crate) fn int8(text: &str) -> Parsed<i64> {
    text.parse()
        .map_err(|_| Malformed("a whole number of at most 64 bits"))
}

pub(crate) fn int4(text: &str) -> Parsed<i32> {
    text.parse()
        .map_err(|_| Malformed("a whole number of at most 32 bits"))
}

pub(crate) fn float8(text: &str) -> Parsed<f64> {
    const EXPECTED: Malformed = Malformed("a finite number");
    let numeric = text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    let value: f64 = text.parse().map_err(|_| EXPECTED)?;
    if numeric && value.is_finite() && !(value == 0.0 && has_digits(text)) {
        Ok(value)
    } else {
        Err(EXPECTED)
    }
}

/// Whether a number is not written as zero: one that is and is zero was too small to be kept.
#[cold]
fn has_digits(text: &str) -> bool {
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

/// Digits with at most one point: no exponent, no separators, nothing that would be rounded.
pub(crate) fn decimal(text: &str) -> Parsed<Decimal> {
    const EXPECTED: Malformed = Malformed("a decimal number of at most 28 digits");
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + fraction.len() > 28 {
        return Err(EXPECTED);
    }
    let mut mantissa: i128 = 0;
    for byte in whole.bytes().chain(fraction.bytes()) {
        if !byte.is_ascii_digit() {
            return Err(EXPECTED);
        }
        mantissa = mantissa * 10 + i128::from(byte - b'0');
    }
    if whole.is_empty() {
        return Err(EXPECTED);
    }
    let signed = if text.starts_with('-') {
        -mantissa
    } else {
        mantissa
    };
    Decimal::try_from_i128_with_scale(signed, fraction.len() as u32).map_err(|_| EXPECTED)
}

pub(crate) fn date(text: &str, format: Option<&str>) -> Parsed<NaiveDate> {
    const EXPECTED: Malformed = Malformed("a date YYYY-MM-DD");
    match format {
        Some(format) => NaiveDate::parse_from_str(text, format)
            .ok()
            .filter(in_range)
            .ok_or(Malformed(
                "a date of the years 1 to 9999 in the column's format",
            )),
        None => iso_date(text.as_bytes()).ok_or(EXPECTED),
    }
}

pub(crate) fn timestamp(text: &str, format: Option<&str>) -> Parsed<NaiveDateTime> {
    const EXPECTED: Malformed = Malformed("a timestamp YYYY-MM-DD HH:MM:SS without an offset");
    match format {
        Some(format) => NaiveDateTime::parse_from_str(text, format)
            .ok()
            .and_then(storable)
            .ok_or(Malformed(
                "a timestamp of whole microseconds in the column's format",
            )),
        None => iso_timestamp(text.as_bytes()).ok_or(EXPECTED),
    }
}

/// RFC 3339: the offset is not optional, because leaving it out means a guess.
pub(crate) fn timestamptz(text: &str, format: Option<&str>) -> Parsed<DateTime<Utc>> {
    let parsed = match format {
        Some(format) => DateTime::parse_from_str(text, format),
        None => DateTime::parse_from_rfc3339(text),
    };
    let instant = parsed.map_err(|_| Malformed("a timestamp with its offset (RFC 3339)"))?;
    storable(instant.naive_utc())
        .map(|naive| naive.and_utc())
        .ok_or(Malformed("a timestamp of whole microseconds"))
}

fn iso_date(text: &[u8]) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else {
        return None;
    };
    let year = number(&[*y1, *y2, *y3, *y4])?;
    NaiveDate::from_ymd_opt(year as i32, number(&[*m1, *m2])?, number(&[*d1, *d2])?)
        .filter(|_| year > 0)
}

fn iso_timestamp(text: &[u8]) -> Option<NaiveDateTime> {
    let (day, rest) = text.split_at_checked(10)?;
    let ([b' ' | b'T', time @ ..], date) = (rest, iso_date(day)?) else {
        return None;
    };
    let (clock, fraction) = time.split_at_checked(8)?;
    let [h1, h2, b':', m1, m2, b':', s1, s2] = clock else {
        return None;
    };
    let (hour, minute, second) = (
        number(&[*h1, *h2])?,
        number(&[*m1, *m2])?,
        number(&[*s1, *s2])?,
    );
    NaiveTime::from_hms_micro_opt(hour, minute, second, micros(fraction)?)
        .map(|time| date.and_time(time))
}

/// `.` and one to six digits: more would be rounded by the server.
fn micros(fraction: &[u8]) -> Option<u32> {
    match fraction {
        [] => Some(0),
        [b'.', digits @ ..] if (1..=6).contains(&digits.len()) => {
            Some(number(digits)? * 10_u32.pow(6 - digits.len() as u32))
        }
        _ => None,
    }
}

/// A leap second and nanoseconds have no place in PostgreSQL's microseconds.
fn storable(naive: NaiveDateTime) -> Option<NaiveDateTime> {
    let nanos = naive.and_utc().timestamp_subsec_nanos();
    let whole = nanos < 1_000_000_000 && nanos.is_multiple_of(1_000);
    (whole && in_range(&naive.date())).then_some(naive)
}

/// What every client can read, and PostgreSQL has no year 0.
fn in_range(date: &NaiveDate) -> bool {
    use chrono::Datelike;
    (1..=9_999).contains(&date.year())
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + u32::from(byte - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_is_guessed() {
        for text in [
            "",
            " 12",
            "12 ",
            "1_000",
            "0x1F",
            "1e3",
            "١٢",
            "9223372036854775808",
            "+-1",
        ] {
            assert!(int8(text).is_err(), "{text:?}");
        }
        for text in [
            "",
            ".",
            ".5",
            "NaN",
            "Infinity",
            "1e400",
            "1,5",
            "1.2.3",
            "12345678901234567890123456789",
            "-",
        ] {
            assert!(decimal(text).is_err(), "{text:?}");
        }
        for text in [
            "NaN",
            "inf",
            "1e400",
            "1e-400",
            "-0.1e-999",
            " 1",
            "infinity",
        ] {
            assert!(float8(text).is_err(), "{text:?}");
        }
        for text in ["0", "-0.0", "0e-400", "000.0e5"] {
            assert_eq!(float8(text).ok(), Some(0.0), "{text:?}");
        }
        for text in [
            "today",
            "infinity",
            "2023-02-29",
            "0000-01-01",
            "01/02/2024",
            "24-01-01",
            "2024-1-1",
            "10000-01-01",
        ] {
            assert!(date(text, None).is_err(), "{text:?}");
        }
        for text in [
            "2024-03-31 02:30:00+05",
            "2024-01-01",
            "2024-01-01 24:00:00",
            "2024-01-01 10:00:60",
            "2024-01-01 10:00:00.1234567",
            "now",
        ] {
            assert!(timestamp(text, None).is_err(), "{text:?}");
        }
        for text in [
            "2024-01-01T10:00:00",
            "2024-01-01T10:00:00.123456789Z",
            "2016-12-31T23:59:60Z",
        ] {
            assert!(timestamptz(text, None).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_format_is_used_where_the_column_has_one() {
        assert_eq!(
            date("13/02/2024", Some("%d/%m/%Y")).ok(),
            NaiveDate::from_ymd_opt(2024, 2, 13)
        );
        assert!(date("2024-02-13", Some("%d/%m/%Y")).is_err());
    }

    #[test]
    fn what_a_decimal_holds_is_taken_to_the_last_digit() {
        let most = "9".repeat(28);
        assert_eq!(decimal(&most).unwrap().to_string(), most);
        let least = format!("-0.{}1", "0".repeat(26));
        assert_eq!(decimal(&least).unwrap().to_string(), least);
        assert!(decimal(&format!("0.{}1", "0".repeat(27))).is_err());
    }

    /// PostgreSQL has no year 0, and an offset may lead into it.
    #[test]
    fn no_year_is_outside_of_1_to_9999() {
        let day = |text| date(text, Some("%Y/%m/%d")).is_ok();
        assert!(day("0001/01/01") && day("9999/12/31"));
        assert!(!day("0000/12/31") && !day("+10000/01/01"));
        let at = |text| timestamptz(text, None).is_ok();
        assert!(at("0001-01-01T02:00:00+02:00") && at("9999-12-31T21:59:59-02:00"));
        assert!(!at("0001-01-01T01:59:59+02:00") && !at("9999-12-31T22:00:00-02:00"));
    }

    proptest! {
        #[test]
        fn decimals_agree_with_their_library(mantissa in any::<i64>(), scale in 0_u32..18) {
            let value = Decimal::new(mantissa, scale);
            prop_assert_eq!(decimal(&value.to_string()).unwrap(), value);
        }

        #[test]
        fn timestamps_agree_with_their_library(seconds in -60_000_000_000_i64..200_000_000_000, micro in 0_u32..1_000_000) {
            let value = DateTime::from_timestamp(seconds, micro * 1_000).unwrap().naive_utc();
            prop_assert_eq!(timestamp(&value.format("%Y-%m-%d %H:%M:%S%.6f").to_string(), None).unwrap(), value);
            prop_assert_eq!(date(&value.date().to_string(), None).unwrap(), value.date());
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,40}") {
            let _ = (boolean(&text), int8(&text), float8(&text), decimal(&text));
            let _ = (date(&text, None), timestamp(&text, None), timestamptz(&text, None));
        }
    }
}

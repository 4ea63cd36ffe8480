//! Constants as people write them, read exactly.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike, Utc};
use ml_core::Value;
use rust_decimal::Decimal;

/// A whole number where it is one of 64 bits, else a decimal; `None` where neither holds it exactly.
pub(crate) fn number(text: &str) -> Option<Value> {
    let plain = text.replace('_', "");
    match plain.parse::<i64>() {
        Ok(whole) => Some(Value::Int(whole)),
        Err(_) => decimal(&plain).map(Value::Decimal),
    }
}

/// A decimal with or without an exponent, never rounded.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let plain = text.replace('_', "");
    let Some((digits, exponent)) = plain.split_once(['e', 'E']) else {
        return Decimal::from_str_exact(&plain).ok();
    };
    shifted(
        Decimal::from_str_exact(digits).ok()?,
        exponent.parse().ok()?,
    )
}

/// Times ten to the power of `places`.
fn shifted(value: Decimal, places: i32) -> Option<Decimal> {
    let scale = i32::try_from(value.scale()).ok()?.checked_sub(places)?;
    if let Ok(scale) = u32::try_from(scale) {
        return Decimal::try_from_i128_with_scale(value.mantissa(), scale).ok();
    }
    let factor = 10_i128.checked_pow(scale.unsigned_abs())?;
    let whole = value.mantissa().checked_mul(factor)?;
    Decimal::try_from_i128_with_scale(whole, 0).ok()
}

/// `2026-11-24`
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let date = (text.len() == 10).then(|| text.parse::<NaiveDate>().ok());
    date.flatten().filter(|date| date.year() > 0)
}

/// `2026-11-24 18:00:00.5`, with a blank or a `T` between day and time; a day alone starts at midnight.
pub(crate) fn timestamp(text: &str) -> Option<NaiveDateTime> {
    if let Some(date) = date(text) {
        return Some(date.into());
    }
    let (day, time) = text.split_once(['T', ' '])?;
    let time = time.parse().ok().filter(is_of_postgresql)?;
    Some(date(day)?.and_time(time))
}

/// Microseconds at most, and no leap second.
fn is_of_postgresql(time: &chrono::NaiveTime) -> bool {
    time.nanosecond() < 1_000_000_000 && time.nanosecond().is_multiple_of(1_000)
}

/// A timestamp with its offset: `Z`, `+02`, `+0200` or `+02:00`.
pub(crate) fn timestamptz(text: &str) -> Option<DateTime<Utc>> {
    if let Some(utc) = text.strip_suffix('Z') {
        return Some(timestamp(utc)?.and_utc());
    }
    // After the day, whose dashes are none.
    let offset = 11 + text.get(11..)?.find(['+', '-'])?;
    let time = timestamp(text.get(..offset)?)?;
    let with_offset = format!("{time}{}", &text[offset..]);
    let read = DateTime::parse_from_str(&with_offset, "%Y-%m-%d %H:%M:%S%.f%#z");
    read.ok().map(|time| time.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::dec;

    #[test]
    fn numbers_are_exact_or_none() {
        assert_eq!(number("12"), Some(Value::Int(12)));
        assert_eq!(number("-1_000"), Some(Value::Int(-1000)));
        assert_eq!(number("0.10"), Some(Value::Decimal(dec!(0.10))));
        assert_eq!(
            number("9223372036854775808"),
            Some(Value::Decimal(dec!(9223372036854775808)))
        );
        assert_eq!(decimal("1.5e3"), Some(dec!(1500)));
        assert_eq!(decimal("1.5E-3"), Some(dec!(0.0015)));
        assert_eq!(decimal(".5"), Some(dec!(0.5)));
        let none = [
            "",
            "-",
            "x",
            "1e",
            "e5",
            "0x10",
            "inf",
            ".nan",
            "1e29",
            "1e-29",
            "1e99999999999",
            "99999999999999999999999999999999",
            "0.12345678901234567890123456789",
        ];
        for text in none {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_those_of_postgresql() {
        assert_eq!(date("2026-02-28"), NaiveDate::from_ymd_opt(2026, 2, 28));
        for text in ["2026-02-30", "2026-2-3", "0000-01-01", "26-02-2811", ""] {
            assert_eq!(date(text), None, "{text}");
        }
        let noon = date("2026-02-28").unwrap().and_hms_opt(12, 0, 0);
        assert_eq!(timestamp("2026-02-28 12:00:00"), noon);
        assert_eq!(timestamp("2026-02-28T12:00:00.000"), noon);
        assert!(timestamp("2026-02-28").is_some());
        for text in [
            "2026-02-28 12:00:60",
            "2026-02-28 12:00:00.0000001",
            "2026-02-28 12:00:00+01",
        ] {
            assert_eq!(timestamp(text), None, "{text}");
        }
        let utc = noon.map(|noon| noon.and_utc());
        for text in [
            "12:00:00Z",
            "13:00:00+01",
            "13:30:00+0130",
            "10:00:00-02:00",
        ] {
            assert_eq!(timestamptz(&format!("2026-02-28 {text}")), utc, "{text}");
        }
        assert_eq!(timestamptz("2026-02-28 12:00:00"), None);
        assert_eq!(timestamptz("2026-02-28"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "\\PC{0,40}|[-+0-9eE_.:TZ ]{0,40}") {
            let _ = (number(&text), date(&text), timestamp(&text), timestamptz(&text));
        }

        #[test]
        fn decimals_read_back(mantissa in any::<i64>(), scale in 0_u32..=28) {
            let value = Decimal::new(mantissa, scale);
            prop_assert_eq!(decimal(&value.to_string()), Some(value));
        }
    }
}

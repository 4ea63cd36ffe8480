//! Constants as typed literals of PostgreSQL, whatever the session's settings are.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use ml_core::Value;

/// Why a constant has no form in SQL, or its form.
type Form = std::result::Result<String, String>;

/// A constant with its type.
pub(crate) fn sql(value: &Value) -> Form {
    Ok(match value {
        Value::Null => "NULL".into(),
        Value::Bool(v) => v.to_string(),
        Value::Int(v) => format!("'{v}'::bigint"),
        Value::Float(v) => format!("'{v:?}'::double precision"),
        Value::Decimal(v) => format!("'{v}'::numeric"),
        Value::Text(v) => format!(r#"({} COLLATE "C")"#, quoted(v)?),
        Value::Date(v) => format!("'{}{}'::date", day(*v)?, era(*v)),
        Value::Timestamp(v) => format!("'{}'::timestamp", moment(*v, "")?),
        Value::Timestamptz(v) => format!("'{}'::timestamptz", moment(v.naive_utc(), "+00")?),
    })
}

/// As [`sql`], where what stands beside it has the collation.
pub(crate) fn bare(value: &Value) -> Form {
    match value {
        Value::Text(text) => quoted(text),
        value => sql(value),
    }
}

/// Text between quotes, which it cannot leave whether or not backslashes are special.
pub(crate) fn quoted(text: &str) -> Form {
    if text.contains('\0') {
        return Err(format!(
            "{text:?} has a NUL, which no text in PostgreSQL has"
        ));
    }
    let doubled = text.replace('\'', "''");
    Ok(match doubled.contains('\\') {
        true => format!("E'{}'", doubled.replace('\\', r"\\")),
        false => format!("'{doubled}'"),
    })
}

/// PostgreSQL counts 1 BC, 2 BC, … where ISO 8601 counts 0, −1, ….
fn day(date: NaiveDate) -> Form {
    let first = NaiveDate::from_ymd_opt(-4713, 11, 24);
    if first.is_some_and(|first| date < first) {
        return Err(format!(
            "{date} is before what PostgreSQL's dates begin with"
        ));
    }
    let year = match date.year() {
        year @ 1.. => year,
        year => 1 - year,
    };
    Ok(format!("{year:04}-{:02}-{:02}", date.month(), date.day()))
}

fn era(date: NaiveDate) -> &'static str {
    if date.year() > 0 { "" } else { " BC" }
}

fn moment(at: NaiveDateTime, offset: &str) -> Form {
    let nanos = at.nanosecond();
    if nanos >= 1_000_000_000 || !nanos.is_multiple_of(1_000) {
        return Err(format!("{at} is finer than PostgreSQL's microseconds"));
    }
    let (day, era) = (day(at.date())?, era(at.date()));
    Ok(format!("{day} {}{offset}{era}", at.format("%H:%M:%S%.6f")))
}

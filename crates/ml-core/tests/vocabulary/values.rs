use std::cmp::Ordering;

use chrono::{DateTime, Days};
use ml_core::{Type, Value, ValueRef};
use rust_decimal::dec;

#[test]
fn numbers_compare_across_types_and_null_with_nothing() {
    assert_eq!(
        ValueRef::Int(2).compare(&ValueRef::Decimal(dec!(1.5))),
        Some(Ordering::Greater)
    );
    assert_eq!(
        ValueRef::Decimal(dec!(1.50)).compare(&ValueRef::Decimal(dec!(1.5))),
        Some(Ordering::Equal)
    );
    assert_eq!(ValueRef::Null.compare(&ValueRef::Null), None);
    assert_eq!(ValueRef::Text("a").compare(&ValueRef::Int(1)), None);
}

fn all() -> [Value; 9] {
    let noon = DateTime::from_timestamp(1_709_208_000, 0).unwrap();
    [
        Value::Null,
        true.into(),
        7_i64.into(),
        0.5.into(),
        dec!(1.50).into(),
        "a\"b".into(),
        noon.date_naive().into(),
        noon.naive_utc().into(),
        noon.into(),
    ]
}

#[test]
fn a_type_has_the_names_of_postgresql() {
    let types = [
        (Type::Bool, "boolean"),
        (Type::Int4, "integer"),
        (Type::Int8, "bigint"),
        (Type::Float8, "double precision"),
        (Type::Numeric, "numeric"),
        (Type::Text, "text"),
        (Type::Date, "date"),
        (Type::Timestamp, "timestamp without time zone"),
        (Type::Timestamptz, "timestamp with time zone"),
    ];
    for (ty, sql) in types {
        assert_eq!(ty.to_string(), sql);
        let kept = serde_json::to_string(&ty).unwrap();
        assert_eq!(kept, format!("\"{}\"", ty.wire().name()));
    }
}

#[test]
fn a_borrowed_value_is_the_same_value() {
    for value in all() {
        assert_eq!(value.as_ref().to_value(), value);
        assert_eq!(value.as_ref().is_null(), value == Value::Null);
    }
}

#[test]
fn a_value_is_shown_as_a_person_writes_it() {
    let shown = all().map(|value| value.as_ref().to_string());
    let expected = [
        "NULL",
        "true",
        "7",
        "0.5",
        "1.50",
        r#""a\"b""#,
        "2024-02-29",
        "2024-02-29 12:00:00",
        "2024-02-29 12:00:00 UTC",
    ];
    assert_eq!(shown, expected);
}

#[test]
fn what_is_alike_compares_and_nothing_else_does() {
    let numbers = 2..=4;
    for (this, one) in all().iter().enumerate() {
        for (that, other) in all().iter().enumerate() {
            let alike =
                this == that && this > 0 || numbers.contains(&this) && numbers.contains(&that);
            let order = one.as_ref().compare(&other.as_ref());
            assert_eq!(order.is_some(), alike, "{one:?} and {other:?}");
            assert_eq!(this == that && alike, order == Some(Ordering::Equal));
        }
    }
}

#[test]
fn the_lesser_comes_first() {
    let noon = DateTime::from_timestamp(1_709_208_000, 0).unwrap();
    let next = noon + Days::new(1);
    let pairs: [(Value, Value); 11] = [
        (false.into(), true.into()),
        (i64::MAX.saturating_sub(1).into(), i64::MAX.into()),
        ((-0.5).into(), 0.25.into()),
        (dec!(1.49).into(), dec!(1.5).into()),
        // beyond what a decimal holds
        (1e300.into(), 2e300.into()),
        (1e-300.into(), 2e-300.into()),
        ("Z".into(), "a".into()),
        ("z".into(), "é".into()),
        (noon.date_naive().into(), next.date_naive().into()),
        (noon.naive_utc().into(), next.naive_utc().into()),
        (noon.into(), next.into()),
    ];
    for (less, more) in pairs {
        assert_eq!(
            less.as_ref().compare(&more.as_ref()),
            Some(Ordering::Less),
            "{less:?}"
        );
        assert_eq!(
            more.as_ref().compare(&less.as_ref()),
            Some(Ordering::Greater),
            "{less:?}"
        );
    }
}

#[test]
fn only_numbers_are_decimals() {
    let decimals = all().map(|value| value.as_ref().decimal());
    let numbers = [
        None,
        None,
        Some(dec!(7)),
        Some(dec!(0.5)),
        Some(dec!(1.50)),
        None,
        None,
        None,
        None,
    ];
    assert_eq!(decimals, numbers);
    assert_eq!(ValueRef::Float(1e300).decimal(), None);
}

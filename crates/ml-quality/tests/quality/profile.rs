use chrono::NaiveDate;
use ml_core::{ColumnDef, Fault, FieldError, Fields, Malformed, Pii, Type, Typed, Value, ValueRef};
use ml_quality::Profile;
use ml_quality::profile::{ColumnProfile, Top};
use rust_decimal::dec;

use crate::order::{Order, good};

/// A record of one column.
pub(crate) struct One<'a>(pub(crate) ValueRef<'a>);

impl Fields for One<'_> {
    fn field(&self, _: usize) -> ValueRef<'_> {
        self.0
    }
}

pub(crate) fn of<'a>(ty: Type, values: impl IntoIterator<Item = ValueRef<'a>>) -> Profile {
    let mut profile = Profile::new(&[ColumnDef::of("it", ty)]);
    for value in values {
        profile.see(&One(value), &[]);
    }
    profile
}

pub(crate) fn column(profile: &Profile) -> ColumnProfile {
    profile.columns().remove(0)
}

fn texts(texts: &[&str]) -> ColumnProfile {
    column(&of(
        Type::Text,
        texts.iter().map(|text| ValueRef::Text(text)),
    ))
}

fn counted<T: Clone>(tops: &[Top<T>]) -> Vec<(T, u64)> {
    let exact = |top: &Top<T>| {
        assert_eq!(top.at_least, top.at_most);
        (top.value.clone(), top.at_least)
    };
    tops.iter().map(exact).collect()
}

#[test]
fn text_has_its_figures() {
    let found = texts(&["b", "Ab", "", " \u{2003}", "ada@example.com", "b", "é"]);
    assert_eq!((found.count, found.nulls, found.distinct), (7, 0, 6));
    assert_eq!(found.min, Some("".into()));
    assert_eq!(found.max, Some("é".into()));
    assert_eq!(found.top[0].value, Value::from("b"));
    assert_eq!(counted(&found.top).iter().map(|top| top.1).sum::<u64>(), 7);
    let text = found.text.unwrap();
    assert_eq!((text.blanks, text.emails), (2, 1));
    assert_eq!((text.shortest, text.longest), (Some(0), Some(15)));
    assert_eq!((found.mean, found.quantiles.len()), (None, 0));
}

#[test]
fn shapes_that_differ_in_lengths_only_are_one() {
    let text = texts(&["A-1", "AB-22", "ABC-333", "x"]).text.unwrap();
    let shown: Vec<String> = text
        .patterns
        .iter()
        .map(|top| top.value.to_string())
        .collect();
    assert_eq!(shown, ["A{1,3}-9{1,3}", "a"]);
    assert_eq!(text.patterns[0].at_least, 3);
}

#[test]
fn numbers_have_their_figures() {
    let values = [dec!(1.50), dec!(1.5), dec!(-2), dec!(3)].map(ValueRef::Decimal);
    let whole = [ValueRef::Int(3), ValueRef::Null];
    let found = column(&of(Type::Numeric, values.into_iter().chain(whole)));
    assert_eq!((found.count, found.nulls, found.known()), (6, 1, 5));
    assert_eq!(found.distinct, 3);
    assert_eq!(found.min, Some(dec!(-2).into()));
    assert_eq!(found.max, Some(dec!(3).into()));
    assert!((found.mean.unwrap() - 1.4).abs() < 1e-12);
    assert!((found.deviation.unwrap() - 2.043_281_674_170_255).abs() < 1e-12);
    let expected = [(dec!(1.5), 2), (dec!(3), 2), (dec!(-2), 1)];
    assert_eq!(
        counted(&found.top),
        expected.map(|(value, times)| (value.into(), times))
    );
    assert_eq!(found.text, None);
}

#[test]
fn floats_are_ordered_as_by_rules() {
    let values = [0.0, -0.0, f64::NAN, 1.0, f64::INFINITY].map(ValueRef::Float);
    let found = column(&of(Type::Float8, values));
    assert_eq!((found.distinct, found.mean), (4, Some(1.0 / 3.0)));
    assert_eq!(found.min, Some(0.0.into()));
    assert!(matches!(found.max, Some(Value::Float(max)) if max.is_nan()));
    assert_eq!(found.quantile(0.99), Some(&1.0.into()));
}

#[test]
fn dates_have_quantiles() {
    let day = |n| NaiveDate::from_ymd_opt(2024, 1, n).unwrap();
    let found = column(&of(Type::Date, (1..=31).map(|n| ValueRef::Date(day(n)))));
    assert_eq!(found.quantile(0.5), Some(&day(16).into()));
    assert_eq!(
        (found.min, found.max),
        (Some(day(1).into()), Some(day(31).into()))
    );
    let noon = |n| day(n).and_hms_opt(12, 0, 0).unwrap();
    let found = column(&of(
        Type::Timestamp,
        (1..=31).map(|n| ValueRef::Timestamp(noon(n))),
    ));
    assert_eq!(found.quantile(0.5), Some(&noon(16).into()));
    let instants = (1..=31).map(|n| ValueRef::Timestamptz(noon(n).and_utc()));
    let found = column(&of(Type::Timestamptz, instants));
    assert_eq!(found.quantile(0.5), Some(&noon(16).and_utc().into()));
    assert_eq!(found.mean, None);
}

#[test]
fn what_could_not_be_decoded_is_no_null() {
    let mut profile = Profile::new(Order::COLUMNS);
    let ordinal = Order::QUANTITY.ordinal;
    let fault = Fault::Malformed(Malformed("a number"));
    profile.see(&good(), &[FieldError { ordinal, fault }]);
    profile.see(
        &Order {
            stock: None,
            ..good()
        },
        &[],
    );
    let columns = profile.columns();
    let counts = |column: &ColumnProfile| (column.count, column.nulls, column.undecodable);
    assert_eq!(counts(&columns[ordinal]), (2, 0, 1));
    assert_eq!(counts(&columns[Order::STOCK.ordinal]), (2, 1, 0));
    assert_eq!(columns[ordinal].top[0].at_most, 1);
}

#[test]
fn a_value_of_another_type_is_undecodable() {
    let found = column(&of(
        Type::Int8,
        [ValueRef::Text("canary"), ValueRef::Int(1)],
    ));
    assert_eq!(
        (found.undecodable, found.known(), found.max),
        (1, 1, Some(1.into()))
    );
    let found = column(&of(Type::Text, [ValueRef::Int(7)]));
    assert_eq!((found.undecodable, found.known(), found.min), (1, 0, None));
}

#[test]
fn a_long_text_is_kept_in_part() {
    let (long, longer) = ("é".repeat(200), "é".repeat(5_000));
    let found = texts(&[&longer, &long, &longer]);
    let cut = Value::from(format!("{long}…"));
    assert_eq!(found.max.as_ref(), Some(&cut));
    assert_eq!(counted(&found.top), [(cut, 2), (long.as_str().into(), 1)]);
    assert_eq!(found.text.unwrap().longest, Some(5_000));
}

/// Personal values of each kind, and no trace of any in what a person or a store can get to see.
#[test]
fn no_personal_value_shows() {
    let types = [
        Type::Text,
        Type::Int8,
        Type::Numeric,
        Type::Date,
        Type::Float8,
    ];
    let columns = types.map(|ty| ColumnDef {
        personal: true,
        ..ColumnDef::of("it", ty)
    });
    struct Person;
    impl Fields for Person {
        fn field(&self, ordinal: usize) -> ValueRef<'_> {
            let day = NaiveDate::from_ymd_opt(1815, 12, 10).unwrap();
            match ordinal {
                0 => ValueRef::Text("Canary-4242"),
                1 => ValueRef::Int(4242),
                2 => ValueRef::Decimal(dec!(42.42)),
                3 => ValueRef::Date(day),
                _ => ValueRef::Float(4242.4242),
            }
        }
    }
    let mut profile = Profile::new(&columns);
    (0..200).for_each(|_| profile.see(&Person, &[]));
    let mut both = profile.clone();
    both.merge(&profile).unwrap();
    for profile in [profile, both] {
        let suggestions = profile.suggest();
        let stored = serde_json::json!([&profile, suggestions]);
        let shown = format!("{profile} {profile:?} {profile:#?} {suggestions:?} {stored}");
        for trace in ["anary", "42", "1815", "12-10", "Aa{5}", "A{1}"] {
            assert!(!shown.contains(trace), "{trace}: {shown}");
        }
        let text = &profile.columns()[0];
        assert_eq!(
            (text.distinct, text.text.as_ref().unwrap().longest),
            (1, Some(11))
        );
        assert_eq!(suggestions.len(), 6);
    }
}

#[test]
fn a_personal_column_of_a_struct_is_not_shown() {
    let mut profile = Profile::new(Order::COLUMNS);
    let email = Pii::new(Some("canary@example.com".into()));
    profile.see(&Order { email, ..good() }, &[]);
    let shown = format!("{profile} {profile:?} {}", serde_json::json!(profile));
    assert!(
        shown.contains("Europe") && !shown.contains("canary"),
        "{shown}"
    );
}

#[test]
fn is_stored_as_json() {
    let stored = serde_json::json!(of(Type::Text, [ValueRef::Text("A1"), ValueRef::Null]));
    let expected = serde_json::json!([{
        "name": "it", "type": "text", "personal": false, "count": 2, "nulls": 1, "undecodable": 0, "distinct": 1,
        "min": { "text": "A1" }, "max": { "text": "A1" }, "mean": null, "deviation": null, "quantiles": [],
        "text": {
            "blanks": 0, "emails": 0, "shortest": 2, "longest": 2,
            "patterns": [{ "value": "A9", "at_least": 1, "at_most": 1 }],
        },
        "top": [{ "value": { "text": "A1" }, "at_least": 1, "at_most": 1 }],
    }]);
    assert_eq!(stored, expected);
}

#[test]
fn an_empty_profile_says_so() {
    let profile = Profile::new(Order::COLUMNS);
    assert!(profile.to_string().starts_with("0 records\ncolumn "));
    assert_eq!((profile.count(), profile.suggest()), (0, Vec::new()));
    assert_eq!(Profile::new(&[]).to_string().lines().count(), 2);
}

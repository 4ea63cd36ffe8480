use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use ml_core::{Column, ColumnDef, Type, Typed, Value};
use ml_quality::{Action, ColumnRules, NumberRules, Profile, Rule, TextRules};
use rust_decimal::{Decimal, dec};

use crate::order::{Order, good};
use crate::profile::of;

fn rules(profile: &Profile) -> Vec<Rule> {
    let all = profile.suggest().into_iter();
    let rule = |suggestion: ml_quality::profile::Suggestion| {
        assert_eq!(suggestion.action, Action::Warn);
        suggestion.rule
    };
    all.map(rule).collect()
}

fn ids(ty: Type, values: Vec<Value>) -> Vec<String> {
    let rules = rules(&of(ty, values.iter().map(Value::as_ref)));
    rules.into_iter().map(|rule| rule.id).collect()
}

fn texts(text: impl Fn(u64) -> String) -> Vec<Value> {
    (0..200).map(text).map(Value::Text).collect()
}

/// The same id, expression and words as the handle of the column gives.
#[test]
fn a_suggestion_is_what_a_handle_makes() {
    let mut profile = Profile::new(Order::COLUMNS);
    for number in 0..200_i32 {
        let region = ["Europe", "Asia"].get(number as usize % 3);
        let order = Order {
            invoice_no: format!("I-{number}"),
            region: region.map(ToString::to_string),
            quantity: number - 1,
            price: Decimal::new(i64::from(number) + 10, 1),
            paid: number % 2 == 0,
            ..good()
        };
        profile.see(&order, &[]);
    }
    let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    let noon: NaiveDateTime = day.into();
    let expected = [
        Order::INVOICE_NO.not_blank(),
        Order::INVOICE_NO.length(3, 5),
        Order::INVOICE_NO.matches(r"^[A-Z]\-[0-9]{1,3}$"),
        Order::REGION.one_of(["Asia", "Europe"]),
        Order::EMAIL.not_blank(),
        Order::EMAIL.length(15, 15),
        Order::EMAIL.is_email(),
        Order::QUANTITY.not_null(),
        Order::QUANTITY.between(-1, 198),
        Order::STOCK.not_null(),
        Order::STOCK.between(7, 7),
        Order::STOCK.positive(),
        Order::PRICE.not_null(),
        Order::PRICE.between(dec!(1), dec!(20.9)),
        Order::PRICE.positive(),
        Order::REVENUE.not_null(),
        Order::REVENUE.between(dec!(7.5), dec!(7.5)),
        Order::REVENUE.positive(),
        Order::SCORE.not_null(),
        Order::SCORE.between(0.5, 0.5),
        Order::SCORE.positive(),
        Order::PAID.not_null(),
        Order::ORDERED_ON.not_null(),
        Order::ORDERED_ON.between(day, day),
        Order::PICKED_AT.not_null(),
        Order::PICKED_AT.between(noon, noon),
        Order::SHIPPED_AT.not_null(),
        Order::SHIPPED_AT.between(noon.and_utc(), noon.and_utc()),
    ];
    assert_eq!(rules(&profile), expected);
}

#[test]
fn few_records_suggest_nothing() {
    let some = |count| ids(Type::Int8, (0..count).map(Value::Int).collect());
    assert!(some(99).is_empty());
    assert_eq!(some(100), ["it.not_null", "it.range"]);
    let mostly_null = (0..200).map(|n| if n < 99 { Value::Int(n) } else { Value::Null });
    assert!(ids(Type::Int8, mostly_null.collect()).is_empty());
}

#[test]
fn blank_text_is_still_a_value() {
    let some = |n: u64| {
        if n == 7 {
            String::from(" ")
        } else {
            format!("a{n}")
        }
    };
    assert_eq!(ids(Type::Text, texts(some)), ["it.not_null", "it.length"]);
}

#[test]
fn a_list_is_suggested_of_few_values_only() {
    let list = |different: u64| {
        let found = ids(Type::Text, texts(|n| format!("{}", n % different)));
        found.contains(&String::from("it.one_of"))
    };
    assert!(list(1) && list(20) && !list(21));
    // Every one of these is there, and none of them whole.
    let cut = ids(Type::Text, texts(|n| format!("{}{n}", "x".repeat(200))));
    assert!(!cut.contains(&String::from("it.one_of")), "{cut:?}");
}

/// One value and one shape stand out, and there are too many others to remember.
#[test]
fn what_was_forgotten_is_not_left_out() {
    let other = |n: usize| format!("{}-{n}", char::from_u32(0x4E00 + n as u32).unwrap());
    let some = |n: usize| {
        if n.is_multiple_of(2) {
            String::from("EU")
        } else {
            other(n)
        }
    };
    let values: Vec<Value> = (0..6_000).map(some).map(Value::Text).collect();
    let profile = of(Type::Text, values.iter().map(Value::as_ref));
    let found = profile.columns().remove(0);
    assert_eq!(
        (found.top.len(), found.text.unwrap().patterns.len()),
        (1, 1)
    );
    assert_eq!(ids(Type::Text, values), ["it.not_blank", "it.length"]);
}

#[test]
fn one_exception_ends_a_format() {
    let emails = texts(|n| format!("user.{n}@example.com"));
    assert!(ids(Type::Text, emails.clone()).contains(&String::from("it.format")));
    let mut spoilt = emails;
    spoilt[100] = "nobody".into();
    assert_eq!(ids(Type::Text, spoilt), ["it.not_blank", "it.length"]);
}

#[test]
fn an_infinite_range_is_none() {
    let values = (0..200).map(|n| Value::Float(if n == 9 { f64::NAN } else { 1.0 }));
    assert_eq!(
        ids(Type::Float8, values.collect()),
        ["it.not_null", "it.positive"]
    );
}

/// A name known only at run time reads as a handle's does.
#[test]
fn a_column_known_at_run_time_has_the_same_rules() {
    const IT: Column<(), i64> = Column::new(0, "it");
    let def = ColumnDef {
        name: String::from("it").into(),
        ..ColumnDef::of("", Type::Int8)
    };
    let contract = ml_core::Contract {
        dataset: "bronze.it".parse().unwrap(),
        columns: vec![def],
        grain: Vec::new(),
    };
    let mut profile = Profile::of(&contract);
    let mut row = ml_core::Row::new(Arc::new(contract));
    for n in 1..=100 {
        row.set(0, Value::Int(n)).unwrap();
        profile.see(&row, &[]);
    }
    assert_eq!(
        rules(&profile),
        [IT.not_null(), IT.between(1, 100), IT.positive()]
    );
    assert_eq!(
        profile.suggest()[1].to_string(),
        "warn it.range: 1 to 100 (all 100 values are)"
    );
}

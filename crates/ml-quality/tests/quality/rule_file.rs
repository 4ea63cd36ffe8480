//! Rules from files: the same in TOML, in YAML and in Rust, and refused where they are wrong.

use std::sync::Arc;

use ml_core::{Contract, Dimension, Fields, Fingerprint, Report, Row, Tolerance, Typed};
use ml_quality::{Action, ColumnRules, NumberRules, Rule, RuleFile, RuleSet, TextRules};
use proptest::prelude::*;
use rust_decimal::dec;

use crate::order::{Order, good};

const TOML: &str = r#"
[[rule]]
column = "invoice_no"
check = "not_blank"

[[rule]]
column = "region"
one_of = ["Europe", "Asia Pacific"]

[[rule]]
column = "region"
length = { min = 2, max = 20 }
action = "warn"

[[rule]]
column = "email"
check = "email"
action = "warn"

[[rule]]
column = "quantity"
range = { min = -1_000_000, max = 1_000_000 }

[[rule]]
column = "stock"
check = "not_null"
action = "warn"

[[rule]]
column = "price"
check = "positive"
action = "abort"

[[rule]]
column = "price"
range = { max = "100000.01" }

[[rule]]
column = "score"
range = { min = 0.0, max = 1 }

[[rule]]
column = "ordered_on"
range = { min = 2024-01-01, max = "2026-12-31" }

[[rule]]
column = "shipped_at"
range = { min = 2024-01-01T01:00:00+01:00 }
id = "shipped.late_enough"
expected = "a shipment since 2024"

[[rule]]
id = "revenue.adds_up"
when = "abs(price * quantity - revenue) <= 0.01"

[[rule]]
id = "region.known"
when = """
  region LIKE 'E%' OR coalesce(stock, 0) NOT BETWEEN 1 AND 1000 OR
  ordered_on < DATE '2025-01-01' AND shipped_at IS DISTINCT FROM TIMESTAMPTZ '2024-06-01 00:00:00Z'"""
"#;

const YAML: &str = r#"
rule:
  - {column: invoice_no, check: not_blank}
  - column: region
    one_of:
      - Europe
      - "Asia Pacific"
  - {column: region, length: {min: 2, max: 20}, action: warn}
  - {column: email, check: email, action: warn}
  - {column: quantity, range: {min: -1000000, max: 1_000_000}}
  - {column: stock, check: not_null, action: warn}
  - {column: price, check: positive, action: abort}
  - {column: price, range: {max: 100000.01}}
  - {column: score, range: {min: 0.0, max: 1}}
  - {column: ordered_on, range: {min: 2024-01-01, max: "2026-12-31"}}
  - id: shipped.late_enough
    column: shipped_at
    range: {min: "2024-01-01T00:00:00Z"}
    expected: a shipment since 2024
  - id: revenue.adds_up
    when: abs(price * quantity - revenue) <= 0.01
  - id: region.known
    when: >
      region LIKE 'E%' OR coalesce(stock, 0) NOT BETWEEN 1 AND 1000 OR
      ordered_on < DATE '2025-01-01' AND shipped_at IS DISTINCT FROM TIMESTAMPTZ '2024-06-01 00:00:00Z'
"#;

const KNOWN: &str = "region LIKE 'E%' OR coalesce(stock, 0) NOT BETWEEN 1 AND 1000 OR ordered_on < DATE '2025-01-01' \
                     AND shipped_at IS DISTINCT FROM TIMESTAMPTZ '2024-06-01 00:00:00Z'";

fn rust() -> RuleSet<Order> {
    let day = |y, m, d| chrono::NaiveDate::from_ymd_opt(y, m, d).unwrap();
    let shipped = Order::SHIPPED_AT
        .at_least(day(2024, 1, 1).and_hms_opt(0, 0, 0).unwrap().and_utc())
        .named("shipped.late_enough")
        .expecting("a shipment since 2024");
    let sql = "abs(price * quantity - revenue) <= 0.01";
    RuleSet::new()
        .quarantine(Order::INVOICE_NO.not_blank())
        .quarantine(Order::REGION.one_of(["Europe", "Asia Pacific"]))
        .warn(Order::REGION.length(2, 20))
        .warn(Order::EMAIL.is_email())
        .quarantine(Order::QUANTITY.between(-1_000_000, 1_000_000))
        .warn(Order::STOCK.not_null())
        .abort(Order::PRICE.positive())
        .quarantine(Order::PRICE.at_most(dec!(100000.01)))
        .quarantine(Order::SCORE.between(0.0, 1.0))
        .quarantine(Order::ORDERED_ON.between(day(2024, 1, 1), day(2026, 12, 31)))
        .quarantine(shipped)
        .quarantine(Rule::from_sql("revenue.adds_up", sql).unwrap())
        .quarantine(Rule::from_sql("region.known", KNOWN).unwrap())
}

fn contract() -> Contract {
    Contract::of::<Order>().unwrap()
}

fn row(order: &Order) -> Row {
    let mut row = Row::new(Arc::new(contract()));
    for ordinal in 0..Order::COLUMNS.len() {
        row.set(ordinal, order.field(ordinal).to_value()).unwrap();
    }
    row
}

fn files() -> [RuleFile; 2] {
    [RuleFile::toml(TOML).unwrap(), RuleFile::yaml(YAML).unwrap()]
}

#[test]
fn three_ways_have_one_fingerprint() {
    let expected = rust().build().unwrap().fingerprint();
    let found = files().map(|file| file.build_for(&contract()).unwrap().fingerprint());
    assert_eq!(found, [expected, expected]);
    let typed = files().map(|file| -> Fingerprint {
        let rules = RuleSet::<Order>::from(file.rules(&contract()).unwrap());
        rules.build().unwrap().fingerprint()
    });
    assert_eq!(typed, [expected, expected]);
}

#[test]
fn a_label_says_more_than_the_catalogue() {
    let text = "[[rule]]\ncolumn = 'email'\ncheck = 'email'\ndimension = 'accuracy'\ntolerance = { share = 0.02, records = 9 }
        [[audit]]\nunique = ['email', 'region']\naction = 'quarantine'\nid = 'one.each'\nexpected = 'each once'
        [[audit]]\nsum = { of = 'quantity', min = 1 }\naction = 'warn'\ntolerance = { records = 0 }";
    let file = RuleFile::toml(text).unwrap();
    let (action, rule) = file.rules(&contract()).unwrap().remove(0);
    let tolerance = Tolerance {
        share: 0.02,
        records: 9,
    };
    let twin = Order::EMAIL.is_email().dimension(Dimension::Accuracy);
    assert_eq!(rule, twin.tolerating(tolerance));
    assert_eq!(action, Action::Quarantine);
    let unique = ml_quality::audits::unique((Order::EMAIL, Order::REGION)).unwrap();
    let unique = unique.quarantine().unwrap().expecting("each once");
    let sum = ml_quality::audits::sum(Order::QUANTITY, dec!(1)..).unwrap();
    let mut expected = [unique, sum.warn().tolerating(Tolerance::records(0))];
    expected[0].id = "one.each".into();
    assert_eq!(file.audits(&contract()).unwrap(), expected);
}

#[test]
fn actions_and_order_are_those_of_the_file() {
    let rules = files().map(|file| file.rules(&contract()).unwrap());
    assert_eq!(rules[0], rules[1]);
    let short: Vec<(Action, &str)> = rules[0]
        .iter()
        .map(|(action, rule)| (*action, rule.id.as_str()))
        .collect();
    assert_eq!(short[1], (Action::Quarantine, "region.one_of"));
    assert_eq!(short[2], (Action::Warn, "region.length"));
    assert_eq!(short[6], (Action::Abort, "price.positive"));
}

prop_compose! {
    fn order()(
        region in prop::option::of("Europe|E|[a-z]{0,25}"),
        numbers in (any::<i32>(), prop::option::of(any::<i64>()), -9..200_000_i64, prop::option::of(-20..20_i64)),
        score in prop_oneof![-2.0..2.0, Just(f64::NAN)],
        days in 0..2_000_u64,
    ) -> Order {
        let ordered_on = good().ordered_on + chrono::Days::new(days) - chrono::Days::new(700);
        let shipped_at = Some(chrono::NaiveDateTime::from(ordered_on).and_utc());
        let (quantity, stock) = (numbers.0 % 9, numbers.1);
        let revenue = numbers.3.map(Into::into);
        Order { region, quantity, stock, price: numbers.2.into(), revenue, score, ordered_on, shipped_at, ..good() }
    }
}

proptest! {
    /// Law: however a rule is written, a struct and a row get the same verdict, to the letter.
    #[test]
    fn three_ways_have_one_verdict(order in order()) {
        let mut report = Report::default();
        rust().build().unwrap().judge(&order, &[], &mut report);
        let expected = (report.settle(true), report.take_card());
        for file in files() {
            let mut report = Report::default();
            file.build_for(&contract()).unwrap().judge(&row(&order), &[], &mut report);
            prop_assert_eq!((report.settle(true), report.take_card()), expected.clone());
        }
    }

    #[test]
    fn nothing_panics(text in "\\PC{0,60}|[a-z\\[\\]{}=:,'\"&*!|>#. \n-]{0,80}") {
        let _ = RuleFile::toml(&text);
        let _ = RuleFile::yaml(&text);
    }

    #[test]
    fn no_broken_file_panics(cut in 0..TOML.len(), with in "[\\PC\n]{0,3}") {
        for (text, read) in [(TOML, RuleFile::toml as fn(&str) -> _), (YAML, RuleFile::yaml)] {
            let cut = cut.min(text.len());
            let broken = format!("{}{with}{}", &text[..cut], &text[(cut + 1).min(text.len())..]);
            if let Ok(file) = read(&broken) {
                let file: RuleFile = file;
                let _ = file.build_for(&contract());
            }
        }
    }
}

#[test]
fn depth_has_limits() {
    for text in [
        "[".repeat(100_000),
        "- ".repeat(100_000),
        "{a: ".repeat(100_000),
    ] {
        assert!(RuleFile::yaml(&text).is_err());
        assert!(RuleFile::toml(&format!("rule = {text}")).is_err());
    }
    assert!(RuleFile::toml(&"a.".repeat(100_000)).is_err());
    assert!(RuleFile::toml(&format!("{}a = 1", "a.".repeat(100_000))).is_err());
    assert!(RuleFile::toml(&format!("[{}a]", "a.".repeat(100_000))).is_err());
}

#[test]
fn a_file_is_a_list_of_rules() {
    let table = [
        ("", "1: there are no rules"),
        ("rule = []", "1: there are no rules"),
        ("rule = 1", "8: rule is a number, expected a list"),
        ("rule = [1]", "9: rule is a number, expected a table"),
        (
            "rules = []",
            "1: unknown key \"rules\", expected rule, audit",
        ),
    ];
    for (text, said) in table {
        let error = RuleFile::toml(text).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the rules, line 1 column {said}"),
            "{text}"
        );
    }
}

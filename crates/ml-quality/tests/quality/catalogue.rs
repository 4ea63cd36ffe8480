//! Every rule by its handle and by its name in a file: the same value, to the last word; and what it accepts.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use ml_core::{Column, ColumnDef, Contract, Report, Row, Type, Value};
use ml_quality::{
    Characters, ColumnRules, Format, NumberRules, Rule, RuleFile, RuleSet, TextRules, TimeRules,
    present, when,
};
use rust_decimal::{Decimal, dec};

type Of<V> = Column<(), Option<V>>;

const NAME: Of<String> = Column::new(0, "name");
const OTHER: Of<String> = Column::new(1, "other");
const PIECES: Of<i32> = Column::new(2, "pieces");
const PRICE: Of<Decimal> = Column::new(3, "price");
const SCORE: Of<f64> = Column::new(4, "score");
const DAY: Of<NaiveDate> = Column::new(5, "day");
const DUE: Of<NaiveDate> = Column::new(6, "due");
const LOCAL: Of<NaiveDateTime> = Column::new(7, "local");
const THEN: Of<NaiveDateTime> = Column::new(8, "then");
const AT: Of<DateTime<Utc>> = Column::new(9, "at");
const UNTIL: Of<DateTime<Utc>> = Column::new(10, "until");

fn contract() -> Contract {
    use Type::{Date, Float8, Int4, Numeric, Text, Timestamp, Timestamptz};
    let types = [
        Text,
        Text,
        Int4,
        Numeric,
        Float8,
        Date,
        Date,
        Timestamp,
        Timestamp,
        Timestamptz,
        Timestamptz,
    ];
    let names = [
        "name", "other", "pieces", "price", "score", "day", "due", "local", "then", "at", "until",
    ];
    let columns = names.into_iter().zip(types).map(|(name, ty)| ColumnDef {
        nullable: true,
        ..ColumnDef::of(name, ty)
    });
    Contract {
        dataset: "bronze.things".parse().unwrap(),
        columns: columns.collect(),
        grain: Vec::new(),
    }
}

/// In a file, in Rust, a value that passes and one that does not.
type Case = (String, Rule, Value, Value);

fn check(name: &str, rule: Rule, good: impl Into<Value>, bad: impl Into<Value>) -> Case {
    let column = rule.expr.columns()[0].clone();
    let file = format!("column = \"{column}\"\ncheck = \"{name}\"");
    (file, rule, good.into(), bad.into())
}

fn given(takes: &str, rule: Rule, good: impl Into<Value>, bad: impl Into<Value>) -> Case {
    let column = rule.expr.columns()[0].clone();
    (
        format!("column = \"{column}\"\n{takes}"),
        rule,
        good.into(),
        bad.into(),
    )
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn texts() -> Vec<Case> {
    vec![
        check("not_null", NAME.not_null(), "", Value::Null),
        check("not_blank", NAME.not_blank(), "a", "\u{3000}"),
        check("email", NAME.is_email(), "a@b", "a@b."),
        check(
            "email_strict",
            NAME.is(Format::EmailStrict),
            "a@b.de",
            "a@b",
        ),
        check("url", NAME.is(Format::Url), "http://a.b/c?d#e", "//a.b"),
        check(
            "uuid",
            NAME.is(Format::Uuid),
            "00000000-0000-0000-0000-00000000000F",
            "0",
        ),
        check("ipv4", NAME.is(Format::Ipv4), "192.0.2.255", "192.0.2.256"),
        check("ipv6", NAME.is(Format::Ipv6), "2001:db8::1", "2001:db8:1"),
        check(
            "iso_date",
            NAME.is(Format::IsoDate),
            "2024-02-29",
            "2023-02-29",
        ),
        check("phone", NAME.is(Format::Phone), "+4930123456", "030 123456"),
        check(
            "iban",
            NAME.is(Format::Iban),
            "DE89370400440532013000",
            "DE89370400440532013001",
        ),
        check("luhn", NAME.is(Format::Luhn), "79927398713", "79927398714"),
        check("country", NAME.is_country(), "DE", "de"),
        check("country_alpha3", NAME.is_country_alpha3(), "DEU", "DE"),
        check("currency", NAME.is_currency(), "EUR", "EURO"),
        check("lower_case", NAME.lower_case(), "é1 É", "éA"),
        check("upper_case", NAME.upper_case(), "É1 é", "Éa"),
        check("trimmed", NAME.trimmed(), "a b", "a\u{a0}"),
        given("length = { max = 2 }", NAME.length(0, 2), "é😀", "abc"),
        given("starts_with = 'a'", NAME.starts_with("a"), "ab", "ba"),
        given("ends_with = 'a'", NAME.ends_with("a"), "ba", "ab"),
        given("contains = 'a'", NAME.contains("a"), "bab", "A"),
        given("matches = '^a+$'", NAME.matches("^a+$"), "aa", "ab"),
        given(
            "characters = 'digits'",
            NAME.only(Characters::Digits),
            "01",
            "٣",
        ),
        given(
            "characters = 'letters'",
            NAME.only(Characters::Letters),
            "aZ",
            "é",
        ),
        given(
            "characters = 'alphanumeric'",
            NAME.only(Characters::Alphanumeric),
            "a0",
            "_",
        ),
        given(
            "characters = 'printable'",
            NAME.only(Characters::Printable),
            " ~",
            "\u{7f}",
        ),
        given(
            "characters = 'no_controls'",
            NAME.only(Characters::NoControls),
            "é\u{a0}",
            "a\tb",
        ),
        given("one_of = ['a', 'b']", NAME.one_of(["a", "b"]), "b", "B"),
        given("none_of = ['a', 'b']", NAME.none_of(["a", "b"]), "B", "b"),
    ]
}

fn numbers() -> Vec<Case> {
    vec![
        check("positive", PRICE.positive(), dec!(0.01), dec!(0.00)),
        check("not_negative", PIECES.not_negative(), 0, -1),
        check("finite", SCORE.finite(), f64::MAX, f64::NAN),
        given("one_of = [1, 2]", PIECES.one_of([1, 2]), 2, 3),
        given("none_of = [1, 2]", PIECES.none_of([1, 2]), 3, 2),
        given(
            "range = { min = 1, max = 2.5 }",
            PRICE.between(dec!(1), dec!(2.5)),
            dec!(2.50),
            dec!(2.51),
        ),
        given("range = { min = 1 }", PIECES.at_least(1), 1, 0),
        given(
            "range = { max = 0.5 }",
            SCORE.at_most(0.5),
            0.5,
            f64::INFINITY,
        ),
        given(
            "multiple_of = 0.05",
            PRICE.multiple_of(dec!(0.05)),
            dec!(1.15),
            dec!(1.16),
        ),
        given("scale = 2", PRICE.max_scale(2), dec!(1.150), dec!(1.151)),
        given(
            "precision = { digits = 4, places = 2 }",
            PRICE.precision(4, 2),
            dec!(-99.99),
            dec!(100),
        ),
        given(
            "precision = { digits = 40, places = 1 }",
            PRICE.precision(40, 1),
            Decimal::MAX,
            dec!(0.01),
        ),
    ]
}

/// The load began at 2026-01-10 12:00:00 UTC.
fn times() -> Vec<Case> {
    let noon = |text: &str| day(text).and_hms_opt(12, 0, 0).unwrap();
    vec![
        given(
            "not_before = 2026-01-01",
            DAY.not_before(day("2026-01-01")),
            day("2026-01-01"),
            day("2025-12-31"),
        ),
        given(
            "not_after = '2026-01-01'",
            DAY.not_after(day("2026-01-01")),
            day("2026-01-01"),
            day("2026-01-02"),
        ),
        check(
            "not_future",
            DAY.not_future(),
            day("2026-01-10"),
            day("2026-01-11"),
        ),
        check(
            "not_future",
            LOCAL.not_future(),
            noon("2026-01-10"),
            noon("2026-01-11"),
        ),
        check(
            "not_future",
            AT.not_future(),
            noon("2026-01-10").and_utc(),
            noon("2026-01-11").and_utc(),
        ),
        given(
            "recent = 9",
            DAY.recent(9),
            day("2026-01-01"),
            day("2025-12-31"),
        ),
        given(
            "recent = 9",
            AT.recent(9),
            noon("2026-01-01").and_utc(),
            day("2026-01-01").and_hms_opt(11, 59, 59).unwrap().and_utc(),
        ),
        given(
            "recent = 0",
            LOCAL.recent(0),
            noon("2030-01-01"),
            noon("2026-01-09"),
        ),
        given(
            "ordered = 'due'",
            DAY.ordered(DUE),
            day("2026-01-05"),
            day("2026-01-06"),
        ),
        given(
            "ordered = 'then'",
            LOCAL.ordered(THEN),
            noon("2026-01-05"),
            noon("2026-01-06"),
        ),
        given(
            "within_days = { of = 'due', days = 2 }",
            DAY.within_days(DUE, 2),
            day("2026-01-07"),
            day("2026-01-02"),
        ),
        given(
            "within_days = { of = 'then', days = 2 }",
            LOCAL.within_days(THEN, 2),
            noon("2026-01-03"),
            noon("2026-01-08"),
        ),
        given(
            "within_days = { of = 'until', days = 2 }",
            AT.within_days(UNTIL, 2),
            noon("2026-01-07").and_utc(),
            noon("2026-01-02").and_utc(),
        ),
    ]
}

fn records() -> Vec<Case> {
    let condition = || {
        Rule::new(
            "",
            ml_quality::condition("pieces is null").unwrap(),
            "pieces is null",
        )
    };
    let table = [
        (
            "column = 'name'\nrequired_if = 'pieces is null'",
            NAME.required_if(condition()),
            "a".into(),
        ),
        (
            "column = 'name'\ncheck = 'not_null'\nwhere = 'pieces is null'",
            when(condition()).then(NAME.not_null()),
            "a".into(),
        ),
        (
            "present = { least = 1, of = ['name', 'other'] }",
            present(1, (NAME, OTHER)),
            "".into(),
        ),
    ];
    let case = |(file, rule, good): (&str, Rule, Value)| (file.to_owned(), rule, good, Value::Null);
    table.map(case).to_vec()
}

/// A row in which everything is NULL but this value, and what dates are compared with.
fn row(contract: &Arc<Contract>, rule: &Rule, value: Value) -> Row {
    let mut row = Row::new(Arc::clone(contract));
    let noon = day("2026-01-05").and_hms_opt(12, 0, 0).unwrap();
    row.set(6, day("2026-01-05").into()).unwrap();
    row.set(8, noon.into()).unwrap();
    row.set(10, noon.and_utc().into()).unwrap();
    let about = |name: &&String| {
        name.as_str() != "pieces" || rule.expr.columns().iter().all(|one| *one == "pieces")
    };
    let column = rule.expr.columns().into_iter().find(about).unwrap().clone();
    row.set(contract.ordinal(&column).unwrap(), value).unwrap();
    row
}

fn passes(contract: &Arc<Contract>, rule: &Rule, value: Value) -> bool {
    let judge = RuleSet::<Row>::new()
        .quarantine(rule.clone())
        .build_for(contract)
        .unwrap();
    let mut report = Report::at("2026-01-10T12:00:00Z".parse().unwrap());
    judge.judge(&row(contract, rule, value), &[], &mut report);
    !report.is_held()
}

#[test]
fn a_handle_and_a_file_make_the_same_rule() {
    let contract = Arc::new(contract());
    let mut seen = Vec::new();
    for (file, rule, good, bad) in [texts(), numbers(), times(), records()].concat() {
        let text = format!("[[rule]]\n{file}");
        let read = RuleFile::toml(&text).unwrap().rules(&contract).unwrap();
        assert_eq!(read[0].1, rule, "{file}");
        assert_eq!(
            read[0].1.fingerprint().unwrap(),
            rule.fingerprint().unwrap()
        );
        assert!(
            passes(&contract, &rule, good),
            "{file} refuses what is good"
        );
        assert!(!passes(&contract, &rule, bad), "{file} accepts what is bad");
        seen.push(text);
    }
    let reference = ml_quality::reference();
    let rules = reference.split("# The audits").next().unwrap();
    for name in rules
        .split("\n## ")
        .skip(1)
        .filter_map(|entry| entry.lines().next())
    {
        let (check, takes) = (format!("check = \"{name}\""), format!("\n{name} = "));
        assert!(
            seen.iter()
                .any(|text| text.contains(&check) || text.contains(&takes)),
            "{name} was not seen"
        );
    }
}

#[test]
fn rules_join() {
    let contract = Arc::new(contract());
    let two = || [NAME.starts_with("a"), NAME.ends_with("b")];
    let table = [
        (ml_quality::all(two()), [true, false, false]),
        (ml_quality::any(two()), [true, true, false]),
        (ml_quality::none(two()), [false, false, true]),
    ];
    for (rule, expected) in table {
        let found = ["ab", "a", "x"].map(|text| passes(&contract, &rule, text.into()));
        assert_eq!(found, expected, "{}", rule.id);
    }
    let rule = ml_quality::any([NAME.not_null(), OTHER.not_null()]);
    assert_eq!(
        (rule.id.as_str(), rule.expected.as_str()),
        ("name_other.any", "name has a value or other has a value")
    );
}

#[test]
fn a_sum_may_be_near() {
    let contract = Arc::new(contract());
    let rule = (PRICE.expr() + PRICE).near(dec!(3), dec!(0.01));
    assert_eq!(
        (rule.id.as_str(), rule.expected.as_str()),
        ("price.near", "price + price within 0.01 of 3")
    );
    assert!(passes(&contract, &rule, dec!(1.505).into()));
    assert!(!passes(&contract, &rule, dec!(1.51).into()));
    assert!(passes(&contract, &rule, Value::Null));
}

#[test]
fn a_rule_that_reads_the_clock_has_sql_for_an_instant() {
    let rule = AT.not_future();
    assert!(rule.expr.reads_clock());
    let error = rule.sql(&contract()).unwrap_err().to_string();
    assert!(error.ends_with("it asks what time it is"), "{error}");
    let at = "2026-01-10T12:00:00.123456789Z".parse().unwrap();
    let sql = rule.sql_at(&contract(), at).unwrap();
    assert_eq!(
        sql,
        r#""at" <= '2026-01-10 12:00:00.123456+00'::timestamptz"#
    );
}

//! A rule as SQL: what it looks like, and what has no such form.

use chrono::{DateTime, NaiveDate};
use ml_core::Contract;
use ml_quality::{
    Action, ColumnRules, Expr, NumberRules, Rule, RuleSet, TextRules, TimeRules, rule, validated,
    when,
};
use rust_decimal::dec;

use crate::order::Order;

fn contract() -> Contract {
    Contract::of::<Order>().unwrap()
}

fn refused(rule: Rule) -> String {
    let covered = RuleSet::<Order>::new()
        .warn(Order::INVOICE_NO.not_null())
        .warn(Order::PRICE.not_null());
    let built = covered.warn(rule).build();
    built
        .err()
        .map_or_else(|| String::from("it builds"), |error| error.to_string())
}

#[test]
fn a_rule_is_a_condition_on_quoted_columns() {
    let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    for (rule, sql) in [
        (Order::PRICE.positive(), r#""price" > '0'::bigint"#),
        (
            Order::PRICE.max_scale(2),
            r#"min_scale("price") <= '2'::bigint"#,
        ),
        (
            Order::ORDERED_ON.not_before(day),
            r#""ordered_on" >= '2024-02-29'::date"#,
        ),
        (
            Order::SCORE.at_most(0.5),
            r#""score" <= '0.5'::double precision"#,
        ),
        (
            Order::REGION.none_of(["a'b", r"c\d"]),
            r#"NOT (("region" COLLATE "C") IN ('a''b', E'c\\d'))"#,
        ),
        (
            Order::REGION.required_if(Order::PAID.not_null()),
            r#"(NOT (NOT ("paid" IS NULL))) OR (NOT (("region" COLLATE "C") IS NULL))"#,
        ),
    ] {
        assert_eq!(
            rule.sql(&contract()).unwrap(),
            sql.replace(r"\'", "'"),
            "{}",
            rule.id
        );
    }
}

#[test]
fn what_cannot_be_equal_says_why() {
    let before = NaiveDate::from_ymd_opt(-5000, 1, 1).unwrap();
    let fine = DateTime::from_timestamp_nanos(1);
    for (rule, why) in [
        ((Order::SCORE.expr() * 2).at_most(1), "floats overflow"),
        (Order::REGION.starts_with("\0"), "NUL"),
        (
            Order::ORDERED_ON.not_before(before),
            "PostgreSQL's dates begin",
        ),
        (Order::SHIPPED_AT.not_after(fine), "microseconds"),
    ] {
        assert_eq!(refused(rule.clone()), "it builds");
        let found = rule.sql(&contract()).unwrap_err().to_string();
        assert!(found.contains(why), "{found}");
    }
}

#[test]
fn what_would_not_be_equal_does_not_build() {
    let score = || Order::SCORE.expr();
    for (rule, why) in [
        (Order::REGION.matches(r"\bEU\b"), r"\b"),
        (Order::REGION.matches("(?i)eu"), "flag"),
        (Order::QUANTITY.multiple_of(0), "divided by zero"),
        (score().or(Order::PRICE).at_most(1), "coalesce"),
        (
            Order::REGION.expr().ascii_lower().or("None").equals("none"),
            "coalesce",
        ),
        (
            Rule::new("scale", Expr::Scale(Box::new(score().into_expr())), ""),
            "is a float",
        ),
        (
            Rule::new("nothing", Expr::Coalesce(Vec::new()), ""),
            "coalesce of nothing",
        ),
    ] {
        let found = refused(rule);
        assert!(found.contains(why), "{found}");
    }
}

#[test]
fn a_judge_lists_what_runs_where() {
    let judge = RuleSet::<Order>::new()
        .quarantine(Order::INVOICE_NO.not_blank())
        .quarantine(Order::PRICE.positive())
        .warn(rule("paid", 1, |order: &Order| order.paid))
        .include(validated())
        .build()
        .unwrap();
    let listed = judge.sql();
    let runs: Vec<_> = listed
        .iter()
        .map(|rule| (rule.id.as_str(), rule.count.action, rule.predicate.is_ok()))
        .collect();
    let expected = [
        ("invoice_no.not_blank", Action::Quarantine, true),
        ("price.positive", Action::Quarantine, true),
        ("paid", Action::Warn, false),
        ("validate", Action::Quarantine, false),
    ];
    assert_eq!(runs, expected);
}

#[test]
fn a_condition_that_is_unknown_passes() {
    let rule = when(Order::REGION.one_of(["EU"])).then(Order::PRICE.multiple_of(dec!(0.05)));
    assert_eq!(rule.id, "price.multiple_of");
    assert_eq!(
        rule.expected,
        "a multiple of 0.05, where region has one of EU"
    );
    assert_eq!(
        rule.expr.to_string(),
        r#"(not (region in (1 values))) or (mod(price, 0.05) = 0)"#
    );
}

/// A stored rule is its fingerprint: what is written here stays readable.
#[test]
fn new_expressions_are_stored_as_text() {
    let term = Order::REGION.expr().ascii_lower().trim().or("x");
    for (expr, json) in [
        (
            Order::REGION.matches("^a").expr,
            r#"{"matches":[{"column":"region"},"^a"]}"#,
        ),
        (
            Order::PRICE.multiple_of(dec!(0.5)).expr,
            r#"{"compare":["eq",{"mod":[{"column":"price"},"0.5"]},{"literal":{"int":0}}]}"#,
        ),
        (
            term.into_expr(),
            r#"{"coalesce":[{"trim":{"ascii_lower":{"column":"region"}}},{"literal":{"text":"x"}}]}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&expr).unwrap(), json);
        assert_eq!(serde_json::from_str::<Expr>(json).unwrap(), expr);
    }
}

use std::sync::Arc;

use ml_core::{Contract, Kind, Row, Value};
use ml_quality::{
    Action, ColumnRules, Compare, Expr, Format, NumberRules, Rule, RuleSet, TextRules, rule,
    validated,
};

use crate::order::{Order, rules};

fn refusal(rules: RuleSet<Order>) -> String {
    let error = rules.build().unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
    error.to_string()
}

fn refused(expr: Expr) -> String {
    refusal(rules().warn(Rule::new("extra", expr, "something")))
}

#[test]
fn a_critical_column_needs_a_rule_that_reads_it() {
    let none = RuleSet::new().include(validated());
    let expected = "rules of bronze.orders: column invoice_no is critical and no rule reads it";
    assert_eq!(refusal(none.clone()), expected);
    let blind = rule("sold", 1, |order: &Order| !order.invoice_no.is_empty());
    assert_eq!(refusal(none.clone().quarantine(blind.clone())), expected);
    let reading = blind.reading((Order::INVOICE_NO, Order::PRICE));
    assert!(none.quarantine(reading).build().is_ok());
    assert!(rules().warn_only().build().is_ok());
}

#[test]
fn a_name_is_used_once() {
    let twice = rules().warn(Order::QUANTITY.at_least(0));
    assert!(
        refusal(twice).starts_with("rule quantity.range of bronze.orders: the name is used twice")
    );
    assert!(
        rules()
            .warn(Order::QUANTITY.at_least(0).named("quantity.not_negative"))
            .build()
            .is_ok()
    );
    assert!(refusal(rules().warn(Order::PAID.not_null().named(""))).contains("needs a name"));
    assert!(refusal(rules().include(validated()).include(validated())).contains("validate"));
}

#[test]
fn columns_must_be_there() {
    let unknown = "rule extra of bronze.orders: there is no column colour";
    assert_eq!(
        refused(Expr::IsNull(Box::new(Expr::column("colour")))),
        unknown
    );
    let check = rule("extra", 1, |_: &Order| true).reading(["colour"]);
    assert_eq!(refusal(rules().warn(check)), unknown);
}

#[test]
fn only_like_is_compared_with_like() {
    let region = || Expr::column("region");
    let compare = |a: Expr, b: Expr| refused(a.compare(Compare::Eq, b));
    assert_eq!(
        compare(region(), Expr::literal(1)),
        "rule extra of bronze.orders: 1 is a number, where text is expected"
    );
    assert!(compare(Expr::column("ordered_on"), Expr::column("shipped_at")).contains("a date"));
    assert!(compare(Expr::column("shipped_at"), Expr::column("picked_at")).contains("time zone"));
    assert!(compare(region(), Expr::Literal(Value::Null)).contains("is_null"));
    assert!(compare(Expr::column("score"), Expr::literal(f64::NAN)).contains("NaN"));
    assert!(refused(region()).contains("a condition is expected"));
    assert!(
        refused(Expr::Format(Box::new(Expr::column("price")), Format::Email))
            .contains("text is expected")
    );
    assert!(refused(Expr::Abs(Box::new(region()))).contains("a number is expected"));
    assert!(refused(Expr::And(vec![Expr::column("paid"), region()])).contains("a condition"));
    assert!(refused(Expr::OneOf(Box::new(region()), vec![1.into()])).contains("a number"));
    assert!(refused(Expr::OneOf(Box::new(region()), Vec::new())).contains("no values"));
}

#[test]
fn a_condition_may_be_a_column() {
    assert!(
        rules()
            .warn(Rule::new("paid", Expr::column("paid"), "paid"))
            .build()
            .is_ok()
    );
}

/// The run-time twin: rules and contract both come from files.
#[test]
fn stored_rules_read_back_as_themselves() {
    let stored = vec![
        (Action::Quarantine, Order::INVOICE_NO.not_blank()),
        (Action::Warn, Order::REGION.one_of(["Europe"])),
        (Action::Warn, Order::SCORE.between(0.1 + 0.2, 1e300)),
        (Action::Abort, Order::PRICE.positive()),
        (
            Action::Warn,
            (Order::PRICE.expr() * 2).at_least(Order::REVENUE),
        ),
        (
            Action::Warn,
            Order::ORDERED_ON.at_most(chrono::NaiveDate::MAX),
        ),
        (Action::Warn, Order::SHIPPED_AT.not_null()),
    ];
    let json = serde_json::to_string(&stored).unwrap();
    let read: Vec<(Action, Rule)> = serde_json::from_str(&json).unwrap();
    assert_eq!(read, stored);
    let contract = Arc::new(Contract::of::<Order>().unwrap());
    let dynamic = RuleSet::<Row>::from(read).build_for(&contract).unwrap();
    let typed = RuleSet::<Order>::from(stored).build().unwrap();
    assert_eq!(dynamic.fingerprint(), typed.fingerprint());
}

#[test]
fn a_stored_rule_is_easy_to_read() {
    let json = serde_json::to_value(Order::STOCK.at_least(1)).unwrap();
    let expr = serde_json::json!({"compare": ["ge", {"column": "stock"}, {"literal": {"int": 1}}]});
    let rule = serde_json::json!({
        "id": "stock.range", "expr": expr, "expected": "at least 1", "dimension": "validity"
    });
    assert_eq!(json, rule);
    let bare = serde_json::json!({"id": "stock.range", "expr": expr, "expected": "at least 1"});
    let read: Rule = serde_json::from_value(bare).unwrap();
    assert_eq!(read, Order::STOCK.at_least(1));
}

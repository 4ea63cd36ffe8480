use ml_core::{Pii, Report};
use ml_quality::{ColumnRules, TextRules, rule, validated};

use crate::order::{Order, good, rules, violations};

/// A personal value that breaks every rule there is, next to a validator that tries to give it away.
#[test]
fn no_personal_value_shows() {
    let check = rule("email.known", 1, |_: &Order| false).reading((Order::EMAIL, Order::PAID));
    let judge = rules()
        .warn(Order::EMAIL.length(0, 1))
        .warn(Order::EMAIL.one_of(["nobody@example.com"]))
        .warn(Order::EMAIL.expr().equals("somebody@example.com"))
        .quarantine(check)
        .include(validated())
        .build()
        .unwrap();
    let order = Order {
        email: Pii::new(Some("canary at example.com".into())),
        ..good()
    };
    let found = violations(&judge, &order);
    assert_eq!(found.len(), 6);
    assert_eq!(found[4].found, "email = ***, paid = true");
    assert_eq!(found[5].rule, "email.custom");
    let mut report = Report::default();
    judge.judge(&order, &[], &mut report);
    let shown = format!(
        "{found:?} {report:?} {judge:?} {}",
        serde_json::json!(found)
    );
    assert!(!shown.contains("canary"), "{shown}");
}

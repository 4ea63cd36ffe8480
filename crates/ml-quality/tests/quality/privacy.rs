use ml_core::{Pii, Report};
use ml_quality::{ColumnRules, Judge, TextRules, rule, validated};
use proptest::prelude::*;

use crate::order::{Order, good, rules, violations};

/// Rules that a personal value may break in every way, next to a validator that tries to give it away.
fn judge() -> Judge<Order> {
    let check = rule("email.known", 1, |_: &Order| false).reading((Order::EMAIL, Order::PAID));
    rules()
        .warn(Order::EMAIL.length(0, 1))
        .warn(Order::EMAIL.one_of(["nobody@example.com"]))
        .warn(Order::EMAIL.expr().equals("somebody@example.com"))
        .quarantine(check)
        .include(validated())
        .build()
        .unwrap()
}

/// All that is ever said of an order with this e-mail address.
fn said(judge: &Judge<Order>, email: String) -> String {
    let order = Order {
        email: Pii::new(Some(email)),
        ..good()
    };
    let found = violations(judge, &order);
    let mut report = Report::default();
    judge.judge(&order, &[], &mut report);
    let json = serde_json::json!(found);
    format!("{found:?} {report:?} {judge:?} {order:?} {json}")
}

#[test]
fn no_personal_value_shows() {
    let order = Order {
        email: Pii::new(Some("canary at example.com".into())),
        ..good()
    };
    let found = violations(&judge(), &order);
    assert_eq!(found.len(), 6);
    assert_eq!(found[4].found, "email = ***, paid = true");
    assert_eq!(found[5].rule, "email.custom");
}

proptest! {
    /// P14: whatever stands around it, a personal value is in nothing that is said.
    #[test]
    fn no_personal_value_shows_in_any_form((before, after) in ("\\PC{0,20}", "\\PC{0,20}")) {
        let said = said(&judge(), format!("{before}canary{after}"));
        prop_assert!(!said.contains("canary"), "{}", said);
    }
}

use ml_core::{Dimension, Fingerprint, Tolerance};
use ml_quality::{ColumnRules, RuleSet, TextRules, rule, validated};
use rust_decimal::dec;

use crate::order::{Order, rules};

fn print(rules: RuleSet<Order>) -> Fingerprint {
    rules.build().unwrap().fingerprint()
}

#[test]
fn changes_with_every_rule_revision_action_dimension_and_tolerance() {
    let revision = |n| rule("paid", n, |order: &Order| order.paid);
    let prints = [
        print(rules()),
        print(rules().warn_only()),
        print(rules().warn(Order::PAID.not_null())),
        print(rules().warn(Order::PAID.not_null().dimension(Dimension::Accuracy))),
        print(rules().warn(Order::PAID.not_null().dimension(Dimension::Timeliness))),
        print(rules().quarantine(Order::PAID.not_null())),
        print(rules().warn(Order::PAID.not_null().named("paid.known"))),
        print(rules().warn(Order::PAID.not_null().expecting("yes or no"))),
        print(rules().warn(Order::PRICE.at_most(dec!(9)))),
        print(rules().warn(Order::PRICE.at_most(dec!(10)))),
        print(rules().warn(Order::PRICE.at_least(dec!(9)))),
        print(rules().warn(revision(1))),
        print(rules().warn(revision(1).tolerating(Tolerance::records(1)))),
        print(rules().warn(revision(1).tolerating(Tolerance::share(0.1)))),
        print(rules().warn(Order::PAID.not_null().tolerating(Tolerance::NONE))),
        print(rules().warn(revision(1).dimension(Dimension::Accuracy))),
        print(rules().warn(revision(2))),
        print(rules().include(validated())),
        print(rules().warn(validated().revision(2))),
    ];
    let mut different = prints.to_vec();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), prints.len());
}

#[test]
fn does_not_change_with_anything_else() {
    let (a, b) = (|| Order::PAID.not_null(), || Order::SCORE.not_null());
    assert_eq!(
        print(rules().warn(a()).warn(b())),
        print(rules().warn(b()).warn(a()))
    );
    let in_parts = rules().include(RuleSet::new().warn(a()).warn(b()));
    assert_eq!(print(rules().warn(a()).warn(b())), print(in_parts));
    let check = || rule("paid", 1, |order: &Order| order.paid);
    let other = rule("paid", 1, |order: &Order| !order.paid).reading(Order::PAID);
    assert_eq!(print(rules().warn(check())), print(rules().warn(other)));
}

/// It is kept in ledgers: a change here makes every load look like one under other rules.
#[test]
fn stays_the_same_from_release_to_release() {
    let few = RuleSet::<Order>::new()
        .quarantine(Order::INVOICE_NO.not_blank())
        .warn(
            Order::PRICE
                .between(dec!(0.01), dec!(100))
                .tolerating(Tolerance {
                    share: 0.02,
                    records: 9,
                }),
        )
        .warn(rule("paid", 3, |order: &Order| order.paid));
    let json = concat!(
        r#"[["invoice_no.not_blank",["quarantine","completeness",null],{"rule":[{"not":{"is_blank":{"column":"invoice_no"}}},"text that is not blank"]}],"#,
        r#"["paid",["warn","validity",null],{"check":3}],"#,
        r#"["price.range",["warn","validity",{"share":0.02,"records":9}],{"rule":[{"and":[{"compare":["ge",{"column":"price"},{"literal":{"decimal":"0.01"}}]},"#,
        r#"{"compare":["le",{"column":"price"},{"literal":{"decimal":"100"}}]}]},"0.01 to 100"]}]]"#,
    );
    assert_eq!(print(few), Fingerprint::of(json));
}

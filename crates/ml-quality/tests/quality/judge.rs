use ml_core::{
    Dimension, Fault, FieldError, Gate, Malformed, Pii, Report, Settled, Stage, Tolerance, Verdict,
};
use ml_quality::{Action, ColumnRules, RuleSet, rule, validated, when};
use rust_decimal::dec;

use crate::order::{Order, good, ids, rules, violations};

fn dirty() -> Order {
    Order {
        invoice_no: String::new(),
        region: Some("Mars".into()),
        email: Pii::new(Some("nobody".into())),
        quantity: 1_000_001,
        stock: None,
        price: dec!(-1),
        score: 2.0,
        ..good()
    }
}

fn bad(column: usize) -> FieldError {
    let fault = Fault::Malformed(Malformed("a number"));
    FieldError {
        ordinal: column,
        fault,
    }
}

#[test]
fn every_violation_is_reported_and_a_good_record_has_none() {
    let judge = rules().build().unwrap();
    assert_eq!(violations(&judge, &good()), []);
    let found = violations(&judge, &dirty());
    assert_eq!(
        ids(&found),
        [
            "invoice_no.not_blank",
            "region.one_of",
            "email.format",
            "quantity.range",
            "stock.not_null",
            "price.positive",
            "revenue.adds_up",
            "score.range",
        ]
    );
    let range = &found[3];
    assert_eq!(
        (range.action, range.columns.as_slice()),
        (Action::Quarantine, &["quantity".to_owned()][..])
    );
    assert_eq!(range.expected, "-1000000 to 1000000");
    assert_eq!(found[6].columns, ["price", "quantity", "revenue"]);
}

#[test]
fn what_could_not_be_decoded_is_not_judged() {
    let whole = rule("whole", 1, |_: &Order| false);
    let judge = rules()
        .quarantine(whole)
        .include(validated())
        .build()
        .unwrap();
    let mut report = Report::default();
    judge.judge(&dirty(), &[bad(Order::QUANTITY.ordinal)], &mut report);
    let Settled::Held(found) = report.settle(false) else {
        panic!("it has violations");
    };
    for skipped in [
        "quantity.range",
        "revenue.adds_up",
        "whole",
        "quantity.range",
    ] {
        assert!(!ids(&found).contains(&skipped), "{skipped}");
    }
    assert_eq!(found.len(), 6);
    assert!(ids(&violations(&judge, &dirty())).contains(&"whole"));
}

#[test]
fn is_a_stage_that_keeps_what_is_not_held_back() {
    let kept = |rules: RuleSet<Order>, order| {
        let mut report = Report::default();
        let out = rules.build().unwrap().apply(order, &mut report);
        (out.is_some(), report.settle(out.is_some()))
    };
    assert_eq!(kept(rules(), good()), (true, Settled::Accepted));
    let warned = Order {
        stock: None,
        ..good()
    };
    assert_eq!(kept(rules(), warned), (true, Settled::Accepted));
    assert!(!kept(rules(), dirty()).0);
    assert_eq!(
        kept(rules().warn_only(), dirty()),
        (true, Settled::Accepted)
    );
}

#[test]
fn the_card_has_every_rule() {
    let judge = rules().include(validated()).build().unwrap();
    let card = judge.card();
    assert_eq!(card.rules.len(), judge.rules().count());
    assert!(card.rules.values().all(|count| count.violations == 0));
    assert_eq!(card.rules["price.positive"].action, Action::Abort);
    assert!(card.rules.contains_key("validate"));
}

#[test]
fn the_card_says_what_each_rule_is_about() {
    let shipped = when(Order::REGION.not_null()).then(
        Order::SHIPPED_AT
            .not_null()
            .dimension(Dimension::Timeliness)
            .named("shipped"),
    );
    let known = rule("known", 1, |_: &Order| false).dimension(Dimension::Accuracy);
    let judge = rules().warn(shipped).warn(known).build().unwrap();
    let mut card = judge.card();
    let mut report = Report::default();
    judge.judge(&good(), &[], &mut report);
    report.settle(true);
    card += &report.take_card();
    assert_eq!(card.rules["shipped"].dimension, Dimension::Timeliness);
    assert_eq!(card.rules["known"].dimension, Dimension::Accuracy);
    assert_eq!(card.rules["known"].violations, 1);
    assert_eq!(card.score(Dimension::Accuracy), Some(0.0));
    assert_eq!(card.score(Dimension::Timeliness), Some(1.0));
}

#[test]
fn an_abort_with_a_tolerance_holds_back_and_refuses_beyond_it() {
    let known = rule("known", 1, |order: &Order| order.paid).tolerating(Tolerance::share(0.5));
    let judge = rules().abort(known).build().unwrap();
    let unpaid = || Order {
        paid: false,
        ..good()
    };
    let verdict = |orders: &[Order]| {
        let mut report = Report::default();
        for order in orders {
            judge.judge(order, &[], &mut report);
            report.settle(true);
        }
        let mut card = report.take_card();
        card += &judge.card();
        assert!(!Gate::off().is_doomed(&card), "shares can still get better");
        (card.quarantined, Gate::off().verdict(&card))
    };
    assert_eq!(verdict(&[good(), unpaid()]), (1, Verdict::Applied));
    let why = "rule known aborts: 2 violations in 3 records (66.67 %), at most 50 % allowed";
    assert_eq!(
        verdict(&[good(), unpaid(), unpaid()]),
        (2, Verdict::Refused(why.into()))
    );
}

#[test]
fn rules_that_only_warn_have_no_tolerance() {
    let never = rule("never", 1, |_: &Order| false).tolerating(Tolerance::NONE);
    let low = Order::PRICE
        .at_most(dec!(0))
        .named("low")
        .tolerating(Tolerance::NONE);
    let set = rules().quarantine(never).abort(low);
    let judge = set.warn_only().build().unwrap();
    let mut report = Report::default();
    judge.judge(&good(), &[], &mut report);
    report.settle(true);
    let mut card = report.take_card();
    card += &judge.card();
    assert_eq!(
        card.rules["never"].violations + card.rules["low"].violations,
        2
    );
    assert_eq!(Gate::off().verdict(&card), Verdict::Applied);
}

#[test]
fn a_closure_names_what_it_reads() {
    let check = rule("paid_first", 1, |order: &Order| order.paid)
        .reading((Order::PAID, Order::SHIPPED_AT))
        .expecting("paid before shipped");
    let judge = rules().quarantine(check).build().unwrap();
    let unpaid = Order {
        paid: false,
        ..good()
    };
    let found = violations(&judge, &unpaid).pop().unwrap();
    assert_eq!(
        found.to_string(),
        "paid_first (paid, shipped_at): expected paid before shipped, \
         found paid = false, shipped_at = 2024-02-29 00:00:00 UTC"
    );
}

#[test]
fn what_validator_finds_is_a_violation() {
    let judge = rules().include(validated()).build().unwrap();
    let order = Order {
        quantity: 10_000,
        revenue: None,
        ..good()
    };
    let found = violations(&judge, &order);
    assert_eq!(ids(&found), ["validate.quantity.range"]);
    assert_eq!(
        found[0].to_string(),
        "validate.quantity.range (quantity): expected what validate(range) accepts, found 10000"
    );
    assert_eq!(found[0].action, Action::Quarantine);
}

#[test]
fn a_long_value_is_cut() {
    let judge = rules().build().unwrap();
    let order = Order {
        region: Some("é".repeat(1_000_000)),
        ..good()
    };
    let found = violations(&judge, &order);
    assert_eq!(found[0].found, format!("\"{}…", "é".repeat(99)));
    assert_eq!(ids(&found), ["region.one_of", "region.length"]);
}

//! Judging a record that breaks no rule allocates nothing, whatever the rule.

use chrono::NaiveDate;
use metalayer::prelude::*;
use metalayer::quality::when;
use rust_decimal::{Decimal, dec};

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.orders")]
struct Order {
    code: String,
    region: Option<String>,
    quantity: i32,
    price: Decimal,
    amount: Decimal,
    day: NaiveDate,
}

fn rules() -> Judge<Order> {
    let region = || Order::REGION.expr().trim().ascii_lower();
    let off = (Order::PRICE.expr() * Order::QUANTITY - Order::AMOUNT).abs();
    let rules = RuleSet::<Order>::new()
        .quarantine(Order::CODE.matches(r"^INV-\d{6}$"))
        .quarantine(Order::CODE.starts_with("INV"))
        .quarantine(Order::CODE.ends_with("1"))
        .quarantine(Order::CODE.contains("-0"))
        .quarantine(Order::CODE.none_of(["INV-", "N/A"]))
        .quarantine(region().equals("europe").named("region.europe"))
        .quarantine(
            region()
                .or("none")
                .distinct_from(Order::CODE.expr().ascii_lower()),
        )
        .quarantine(Order::QUANTITY.multiple_of(3))
        .quarantine(Order::PRICE.max_scale(2))
        .quarantine(off.at_most(dec!(0.01)))
        .quarantine(Order::DAY.not_before(NaiveDate::MIN))
        .quarantine(Order::DAY.expr().days_since(NaiveDate::MIN).at_least(0))
        .quarantine(Order::REGION.required_if(Order::QUANTITY.positive()))
        .quarantine(when(Order::QUANTITY.positive()).then(Order::AMOUNT.positive()));
    rules.build().unwrap()
}

#[test]
fn a_clean_record_allocates_nothing() {
    let order = Order {
        code: String::from("INV-000001"),
        region: Some(String::from(" Europe\u{a0}")),
        quantity: 3,
        price: dec!(2.50),
        amount: dec!(7.50),
        day: NaiveDate::MIN,
    };
    let (rules, mut report) = (rules(), Report::default());
    let mut judge = || {
        rules.judge(&order, &[], &mut report);
        assert!(matches!(
            report.settle(true),
            metalayer::core::Settled::Accepted
        ));
    };
    // The pattern's first match on a thread sets up its memory.
    judge();
    let judged = allocation_counter::measure(|| (0..1_000).for_each(|_| judge()));
    assert_eq!(judged.count_total, 0);
}

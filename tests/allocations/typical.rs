//! Judging a record that breaks no rule allocates nothing.

use chrono::NaiveDate;
use metalayer::prelude::*;
use rust_decimal::{Decimal, dec};

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.orders")]
struct Order {
    id: i64,
    email: Pii<Option<String>>,
    region: String,
    quantity: i32,
    price: Decimal,
    amount: Decimal,
    day: NaiveDate,
}

fn rules() -> Judge<Order> {
    let off = (Order::PRICE.expr() * Order::QUANTITY.expr() - Order::AMOUNT.expr()).abs();
    let rules = RuleSet::<Order>::new()
        .quarantine(Order::ID.at_least(1))
        .quarantine(Order::EMAIL.is_email())
        .quarantine(Order::REGION.one_of(["Europe", "Asia Pacific"]))
        .quarantine(Order::REGION.not_blank())
        .quarantine(Order::QUANTITY.between(1, 1_000))
        .quarantine(off.at_most(dec!(0.01)).named("amount.adds_up"))
        .quarantine(rule("id.not_thirteen", 1, |order: &Order| order.id != 13));
    rules.build().unwrap()
}

#[test]
fn a_clean_record_allocates_nothing_and_a_broken_one_does() {
    let order = Order {
        id: 1,
        email: Pii::new(Some(String::from("ada@example.com"))),
        region: String::from("Europe"),
        quantity: 3,
        price: dec!(2.50),
        amount: dec!(7.50),
        day: NaiveDate::MIN,
    };
    let broken = Order {
        quantity: 0,
        ..order.clone()
    };
    let (rules, mut report) = (rules(), Report::default());
    let mut count = |order: &Order| {
        let judged = allocation_counter::measure(|| {
            for _ in 0..1_000 {
                rules.judge(order, &[], &mut report);
                report.settle(true);
            }
        });
        judged.count_total
    };
    assert_eq!(count(&order), 0);
    assert!(count(&broken) > 0, "the counter counts nothing");
}

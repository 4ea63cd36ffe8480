//! Judging typed records of eight columns by twelve rules, on one thread; elements are rule checks.
//!
//! `cargo bench --bench judge`: 46 million checks a second on a virtual core of an AMD EPYC, Rust 1.95.
#![allow(clippy::unwrap_used)]

use chrono::{NaiveDate, NaiveDateTime};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use metalayer::prelude::*;
use rust_decimal::{Decimal, dec};

const RECORDS: u64 = 1_000_000;
const RULES: u64 = 12;

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.orders")]
struct Order {
    order_id: i64,
    customer_id: i64,
    email: Pii<Option<String>>,
    region: String,
    product: String,
    quantity: i32,
    amount: Decimal,
    ordered_at: NaiveDateTime,
}

fn rules() -> Judge<Order> {
    let day = |day| {
        NaiveDate::from_ymd_opt(2024, 3, day)
            .unwrap()
            .and_hms_opt(0, 0, 0)
            .unwrap()
    };
    let rules = RuleSet::<Order>::new()
        .quarantine(Order::ORDER_ID.at_least(1))
        .quarantine(Order::CUSTOMER_ID.at_least(1))
        .quarantine(Order::EMAIL.is_email())
        .quarantine(Order::EMAIL.length(3, 254))
        .quarantine(Order::REGION.one_of(["Europe", "Asia Pacific", "North America"]))
        .quarantine(Order::REGION.not_blank())
        .quarantine(Order::PRODUCT.not_blank())
        .quarantine(Order::PRODUCT.length(1, 100))
        .quarantine(Order::QUANTITY.between(1, 1_000))
        .quarantine(Order::AMOUNT.between(dec!(0.01), dec!(100_000)))
        .quarantine(Order::AMOUNT.positive())
        .quarantine(Order::ORDERED_AT.between(day(1), day(31)));
    let rules = rules.build().unwrap();
    assert_eq!(rules.rules().count() as u64, RULES);
    rules
}

fn order(number: i64) -> Order {
    Order {
        order_id: number + 1,
        customer_id: number % 50_000 + 1,
        email: Pii::new(Some(format!("user{}@example.com", number % 50_000))),
        region: String::from(["Europe", "Asia Pacific", "North America"][number as usize % 3]),
        product: String::from("White metal lantern"),
        quantity: (number % 12) as i32 + 1,
        amount: Decimal::new(number % 50_000 + 1, 2),
        ordered_at: NaiveDate::from_ymd_opt(2024, 3, number as u32 % 28 + 1)
            .unwrap()
            .and_hms_opt(10, 15, 0)
            .unwrap(),
    }
}

fn judge(criterion: &mut Criterion) {
    let rules = rules();
    // As many as a chunk has, again and again: records of a load are reused, too.
    let orders: Vec<Order> = (0..10_000).map(order).collect();
    let mut group = criterion.benchmark_group("judge");
    group.sample_size(20);
    group.throughput(Throughput::Elements(RECORDS * RULES));
    group.bench_function("clean", |b| {
        b.iter(|| {
            let mut report = Report::default();
            for _ in 0..RECORDS / orders.len() as u64 {
                for order in &orders {
                    rules.judge(order, &[], &mut report);
                    report.settle(true);
                }
            }
            let card = report.take_card();
            assert_eq!(card.accepted, RECORDS);
        });
    });
    group.finish();
}

criterion_group!(benches, judge);
criterion_main!(benches);

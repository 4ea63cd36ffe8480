//! The records of the bench: once as a struct, once as rows under a contract with rules from a file.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use metalayer::core::Row;
use metalayer::prelude::*;
use metalayer::quality::RuleFile;
use rust_decimal::{Decimal, dec};

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.orders", grain = "order_id")]
pub struct Order {
    #[column(critical)]
    order_id: i64,
    customer_id: i64,
    email: Pii<Option<String>>,
    region: String,
    product: String,
    quantity: i32,
    #[column(critical)]
    amount: Decimal,
    ordered_at: NaiveDateTime,
}

pub const REGIONS: [&str; 3] = ["Europe", "Asia Pacific", "North America"];

/// Twelve rules.
pub fn rules() -> Judge<Order> {
    let year = |year| NaiveDate::from_ymd_opt(year, 1, 1).and_then(|day| day.and_hms_opt(0, 0, 0));
    let rules = RuleSet::<Order>::new()
        .quarantine(Order::ORDER_ID.at_least(1))
        .quarantine(Order::CUSTOMER_ID.at_least(1))
        .quarantine(Order::EMAIL.is_email())
        .quarantine(Order::EMAIL.length(3, 254))
        .quarantine(Order::REGION.one_of(REGIONS))
        .quarantine(Order::REGION.not_blank())
        .quarantine(Order::PRODUCT.not_blank())
        .quarantine(Order::PRODUCT.length(1, 100))
        .quarantine(Order::QUANTITY.between(1, 1_000))
        .quarantine(Order::AMOUNT.between(dec!(0.01), dec!(100_000)))
        .quarantine(Order::AMOUNT.positive())
        .quarantine(Order::ORDERED_AT.between(year(2000).unwrap(), year(2100).unwrap()));
    rules.build().unwrap()
}

/// The same columns as a program has them that learns of them when it runs.
pub fn contract() -> Arc<Contract> {
    Arc::new(Contract::of::<Order>().unwrap())
}

/// The same rules from a file.
pub fn rules_of_file(contract: &Contract) -> Judge<Row> {
    let file = RuleFile::named("orders.toml", include_str!("orders.toml")).unwrap();
    file.build_for(contract).unwrap()
}

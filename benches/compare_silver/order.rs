//! The records of the bench as they are received and as they are to be, and the stage between.

use chrono::NaiveDate;
use metalayer::core::{Report, Typed};
use metalayer::prelude::*;
use metalayer::silver::Standardise;
use metalayer::silver::standardise::{
    BooleanWords, Country, DateFormats, NullTokens, NumberFormat, Reader, Standardiser, Text,
};
use rust_decimal::{Decimal, dec};

/// As it is received.
#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.raw_orders")]
pub struct RawOrder {
    order_id: i64,
    name: String,
    email: Pii<Option<String>>,
    country: String,
    city: Option<String>,
    note: Option<String>,
    amount: String,
    ordered_on: String,
    gift: String,
    quantity: i32,
}

/// As it is to be.
#[derive(Debug, Clone, Record)]
#[record(dataset = "silver.orders", grain = "order_id")]
pub struct Order {
    order_id: i64,
    #[column(critical)]
    name: String,
    email: Pii<Option<String>>,
    country: String,
    city: Option<String>,
    note: Option<String>,
    #[column(critical)]
    amount: Decimal,
    ordered_on: NaiveDate,
    gift: bool,
    #[column(critical)]
    quantity: i32,
}

/// Eight columns are standardised, then six rules judge.
pub fn stage() -> impl Stage<RawOrder, Out = Order> + Sync {
    texts().then(values()).then(rules())
}

fn texts() -> Standardise<RawOrder> {
    Standardise::new()
        .column(RawOrder::NAME, Text::Trim.then(Text::Nfc).then(Text::Title))
        .column(RawOrder::EMAIL, Text::NonBlank.then(Text::Email))
        .column(RawOrder::COUNTRY, Country::Alpha2)
        .column(RawOrder::CITY, NullTokens::new(["N/A", "none", "-"]))
        .column(RawOrder::NOTE, Text::NonBlank)
}

fn values() -> impl Stage<RawOrder, Out = Order> + Sync {
    let dates = DateFormats::new(["%d/%m/%Y"]).unwrap();
    let words = BooleanWords::new(["y", "yes", "1"], ["n", "no", "0"]).unwrap();
    let [amount, ordered_on, gift] = [6, 7, 8].map(|ordinal| &RawOrder::COLUMNS[ordinal]);
    move |raw: RawOrder, report: &mut Report| {
        Some(Order {
            amount: NumberFormat::ENGLISH.read_or_hold(amount, &raw.amount, report)?,
            ordered_on: dates.read_or_hold(ordered_on, &raw.ordered_on, report)?,
            gift: words.read_or_hold(gift, &raw.gift, report)?,
            order_id: raw.order_id,
            name: raw.name,
            email: raw.email,
            country: raw.country,
            city: raw.city,
            note: raw.note,
            quantity: raw.quantity,
        })
    }
}

fn rules() -> Judge<Order> {
    let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    let rules = RuleSet::<Order>::new()
        .quarantine(Order::NAME.not_blank())
        .quarantine(Order::EMAIL.is_email())
        .quarantine(Order::COUNTRY.one_of(["GB", "DE", "FR", "IE", "US"]))
        .quarantine(Order::AMOUNT.between(dec!(0.01), dec!(100_000)))
        .quarantine(Order::QUANTITY.between(1, 1_000))
        .quarantine(Order::ORDERED_ON.between(day(2020), day(2030)));
    rules.build().unwrap()
}

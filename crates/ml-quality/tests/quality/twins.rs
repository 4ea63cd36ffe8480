use std::sync::Arc;

use chrono::{DateTime, NaiveDate};
use ml_core::{Contract, Fields, Pii, Report, Row, Settled, Typed};
use ml_quality::{Action, ColumnRules, Judge, NumberRules, Rule, RuleSet, TextRules};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::order::Order;

pub(crate) fn stored() -> Vec<(Action, Rule)> {
    let difference = Order::PRICE.expr() * Order::QUANTITY - Order::REVENUE;
    let day = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default();
    vec![
        (Action::Quarantine, Order::INVOICE_NO.not_blank()),
        (Action::Quarantine, Order::REGION.one_of(["a", "b", "é"])),
        (Action::Warn, Order::REGION.length(1, 2)),
        (Action::Warn, Order::EMAIL.is_email()),
        (Action::Warn, Order::QUANTITY.between(-9, 9)),
        (Action::Warn, Order::STOCK.positive()),
        (Action::Abort, Order::PRICE.positive()),
        (Action::Warn, difference.abs().at_most(1)),
        (Action::Warn, Order::SCORE.between(-1.0, 1.0)),
        (
            Action::Warn,
            Order::SCORE
                .expr()
                .at_least(Order::PRICE)
                .named("score.price"),
        ),
        (Action::Warn, Order::ORDERED_ON.at_least(day)),
        (Action::Warn, Order::PICKED_AT.at_most(day.into())),
        (Action::Warn, Order::SHIPPED_AT.not_null()),
    ]
}

prop_compose! {
    pub(crate) fn order()(
        texts in (" ?[a-c]{0,2}", prop::option::of("[abé]{0,3}"), prop::option::of("[a.@]{0,4}")),
        quantity in prop_oneof![-12..12, any::<i32>()],
        stock in prop::option::of(-2..2_i64),
        price in (-20..20_i64, 0..3_u32).prop_map(|(n, scale)| Decimal::new(n, scale)),
        revenue in prop::option::of((-20..20_i64).prop_map(Decimal::from)),
        score in prop_oneof![-2.0..2.0, any::<f64>(), Just(f64::NAN)],
        paid in any::<bool>(),
        seconds in (-2_000_000_000..2_000_000_000_i64, any::<bool>(), any::<bool>()),
    ) -> Order {
        let at = DateTime::from_timestamp(seconds.0, 0).unwrap_or_default();
        Order {
            invoice_no: texts.0,
            region: texts.1,
            email: Pii::new(texts.2),
            quantity, stock, price, revenue, score, paid,
            ordered_on: at.date_naive(),
            picked_at: seconds.1.then(|| at.naive_utc()),
            shipped_at: seconds.2.then_some(at),
        }
    }
}

pub(crate) fn settled<R: ml_core::Record>(
    judge: &Judge<R>,
    record: &R,
) -> (Settled, ml_core::Scorecard) {
    let mut report = Report::default();
    judge.judge(record, &[], &mut report);
    (report.settle(true), report.take_card())
}

proptest! {
    /// Law: a struct and a row with the same values get the same verdict, to the letter.
    #[test]
    fn a_struct_and_a_row_are_judged_alike(order in order()) {
        let contract = Arc::new(Contract::of::<Order>().unwrap());
        let mut row = Row::new(Arc::clone(&contract));
        for ordinal in 0..Order::COLUMNS.len() {
            row.set(ordinal, order.field(ordinal).to_value()).unwrap();
        }
        let typed = RuleSet::<Order>::from(stored()).build().unwrap();
        let dynamic = RuleSet::<Row>::from(stored()).build_for(&contract).unwrap();
        prop_assert_eq!(settled(&typed, &order), settled(&dynamic, &row));
    }
}

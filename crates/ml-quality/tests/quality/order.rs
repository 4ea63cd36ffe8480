use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use ml_core::{Pii, Record, Report, Violation};
use ml_quality::{ColumnRules, Judge, NumberRules, RuleSet, TextRules};
use rust_decimal::{Decimal, dec};
use validator::{Validate, ValidationError};

#[derive(Debug, Clone, Record, Validate)]
#[record(dataset = "bronze.orders", grain = "invoice_no")]
pub(crate) struct Order {
    #[column(critical)]
    pub(crate) invoice_no: String,
    pub(crate) region: Option<String>,
    #[validate(custom(function = "leaky"))]
    pub(crate) email: Pii<Option<String>>,
    #[validate(range(min = 0, max = 9_999))]
    pub(crate) quantity: i32,
    pub(crate) stock: Option<i64>,
    #[column(critical)]
    pub(crate) price: Decimal,
    pub(crate) revenue: Option<Decimal>,
    pub(crate) score: f64,
    pub(crate) paid: bool,
    pub(crate) ordered_on: NaiveDate,
    pub(crate) picked_at: Option<NaiveDateTime>,
    pub(crate) shipped_at: Option<DateTime<Utc>>,
}

/// Does what a validator must not do: it puts the value everywhere.
fn leaky(email: &Pii<Option<String>>) -> Result<(), ValidationError> {
    let Some(value) = email.reveal().clone().filter(|v| v.contains("canary")) else {
        return Ok(());
    };
    let mut error = ValidationError::new("leaky").with_message(Cow::Owned(value.clone()));
    error.add_param("value".into(), &value);
    error.code = Cow::Owned(value);
    Err(error)
}

pub(crate) fn good() -> Order {
    let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap_or_default();
    Order {
        invoice_no: "I-1".into(),
        region: Some("Europe".into()),
        email: Pii::new(Some("ada@example.com".into())),
        quantity: 3,
        stock: Some(7),
        price: dec!(2.50),
        revenue: Some(dec!(7.50)),
        score: 0.5,
        paid: true,
        ordered_on: day,
        picked_at: Some(day.into()),
        shipped_at: Some(NaiveDateTime::from(day).and_utc()),
    }
}

/// One rule of every kind; each critical column is read.
pub(crate) fn rules() -> RuleSet<Order> {
    let amount = Order::PRICE.expr() * Order::QUANTITY.expr();
    let difference = (amount - Order::REVENUE.expr()).abs();
    RuleSet::new()
        .quarantine(Order::INVOICE_NO.not_blank())
        .quarantine(Order::REGION.one_of(["Europe", "Asia Pacific", "North America"]))
        .warn(Order::REGION.length(2, 20))
        .warn(Order::EMAIL.is_email())
        .quarantine(Order::QUANTITY.between(-1_000_000, 1_000_000))
        .warn(Order::STOCK.not_null())
        .abort(Order::PRICE.positive())
        .quarantine(difference.at_most(dec!(0.01)).named("revenue.adds_up"))
        .warn(Order::SCORE.between(0.0, 1.0))
}

pub(crate) fn violations(judge: &Judge<Order>, order: &Order) -> Vec<Violation> {
    let mut report = Report::default();
    judge.judge(order, &[], &mut report);
    match report.settle(false) {
        ml_core::Settled::Held(mut violations) => {
            violations.retain(|violation| violation.rule != "stage.reason");
            violations
        }
        _ => Vec::new(),
    }
}

pub(crate) fn ids(violations: &[Violation]) -> Vec<&str> {
    violations
        .iter()
        .map(|violation| violation.rule.as_str())
        .collect()
}

//! The two records of the pipeline and what is promised of them.

use std::sync::LazyLock;

use chrono::NaiveDateTime;
use metalayer::prelude::*;
use rust_decimal::{Decimal, dec};
use validator::Validate;

/// A line of an invoice as received.
#[derive(Debug, Clone, Record, Validate)]
#[record(dataset = "bronze.sales")]
pub struct Sale {
    #[column(name = "InvoiceNo", critical)]
    pub invoice_no: String,
    #[column(name = "StockCode", critical)]
    pub stock_code: String,
    #[column(name = "Description")]
    #[validate(length(max = 500))]
    pub description: Option<String>,
    #[column(name = "Quantity", critical)]
    pub quantity: i32,
    #[column(name = "InvoiceDate")]
    pub invoice_date: NaiveDateTime,
    #[column(name = "UnitPrice", critical)]
    pub unit_price: Decimal,
    #[column(name = "CustomerID")]
    pub customer_id: Option<String>,
    #[column(name = "Country")]
    pub country: String,
    #[column(name = "Email", optional, pii)]
    pub email: Pii<Option<String>>,
    #[column(name = "Region", optional)]
    pub region: Option<String>,
}

/// A line of an invoice, standardised. The data has no key, so the grain is the whole line.
#[derive(Debug, Clone, PartialEq, Record)]
#[record(
    dataset = "silver.sales",
    grain = "invoice_no, stock_code, description, quantity, invoice_date, unit_price, customer_id, country, email, region"
)]
pub struct CleanSale {
    pub invoice_no: String,
    pub stock_code: String,
    pub description: Option<String>,
    pub quantity: i32,
    pub invoice_date: NaiveDateTime,
    #[column(critical)]
    pub unit_price: Decimal,
    pub customer_id: String,
    pub country: String,
    #[column(pii)]
    pub email: Pii<Option<String>>,
    #[column(critical)]
    pub region: Option<String>,
}

const REGIONS: [&str; 3] = ["Europe", "Asia Pacific", "North America"];

/// Other names that the regions go by.
static REGION_NAMES: LazyLock<standardise::Conform> = LazyLock::new(|| {
    standardise::Conform::new([
        ("EU", "Europe"),
        ("EMEA", "Europe"),
        ("APAC", "Asia Pacific"),
        ("asia-pacific", "Asia Pacific"),
        ("NA", "North America"),
        ("US", "North America"),
        ("CA", "North America"),
    ])
});

/// What bronze asks of a line: that it can be kept and means something.
pub fn bronze_rules() -> RuleSet<Sale> {
    RuleSet::new()
        .quarantine(Sale::INVOICE_NO.not_blank())
        .quarantine(Sale::STOCK_CODE.not_blank())
        .quarantine(Sale::QUANTITY.between(-1_000_000, 1_000_000))
        .quarantine(Sale::UNIT_PRICE.between(dec!(-50_000), dec!(50_000)))
        .quarantine(Sale::EMAIL.is_email().named("email.format"))
        .include(validated::<Sale>())
}

/// What silver asks of a line: that it is a sale that can be counted.
pub fn silver_rules() -> RuleSet<CleanSale> {
    RuleSet::new()
        .quarantine(CleanSale::UNIT_PRICE.positive())
        .quarantine(CleanSale::REGION.one_of(REGIONS).named("region.known"))
}

/// From a line as received to one that counts.
pub fn clean(rules: Judge<CleanSale>) -> impl Stage<Sale, Out = CleanSale> + Sync {
    drop_if("no_customer", |sale: &Sale| {
        blank(sale.customer_id.as_deref())
    })
    .then(drop_if("cancellation", |sale: &Sale| {
        sale.quantity <= 0 || sale.invoice_no.trim_start().starts_with(['C', 'c'])
    }))
    .then(|sale: Sale, _: &mut Report| Some(standardised(&sale)))
    .then(rules)
}

fn blank(text: Option<&str>) -> bool {
    text.and_then(standardise::non_blank).is_none()
}

fn standardised(sale: &Sale) -> CleanSale {
    let text = |text: &str| standardise::collapse_blanks(text).into_owned();
    CleanSale {
        invoice_no: text(&sale.invoice_no),
        stock_code: text(&sale.stock_code),
        description: optional(sale.description.as_deref()),
        quantity: sale.quantity,
        invoice_date: sale.invoice_date,
        unit_price: sale.unit_price,
        customer_id: standardise::id(&text(sale.customer_id.as_deref().unwrap_or_default()))
            .into_owned(),
        country: text(&sale.country),
        email: Pii::new(
            optional(sale.email.reveal().as_deref())
                .map(|email| standardise::email(&email).into_owned()),
        ),
        region: optional(sale.region.as_deref()).map(region),
    }
}

fn optional(text: Option<&str>) -> Option<String> {
    text.and_then(standardise::non_blank)
        .map(std::borrow::Cow::into_owned)
}

/// The region's own name; an unknown one is left for the rule to find.
fn region(name: String) -> String {
    let known = REGION_NAMES.conform(&name).map(String::from);
    known.unwrap_or(name)
}

use chrono::NaiveDateTime;
use ml_core::{Pii, Record};
use ml_quality::{ColumnRules, Judge, RuleSet, rule};
use rust_decimal::Decimal;

/// A record with something of everything that decides how it is read.
#[derive(Debug, Clone, PartialEq, Record)]
#[record(dataset = "bronze.items", grain = "id")]
pub struct Item {
    /// A number that must be there.
    #[column(critical)]
    pub id: i64,
    /// A text that may be missing.
    #[column(optional, null = "NA", null = "")]
    pub note: Option<String>,
    /// A number as it is written in German.
    #[column(optional, decimal = ",", thousands = ".")]
    pub price: Option<Decimal>,
    /// A time in ISO 8601.
    #[column(optional)]
    pub at: Option<NaiveDateTime>,
    /// What must not be shown.
    #[column(optional)]
    pub email: Option<Pii<String>>,
}

/// Rules that some records pass.
pub fn judge() -> Judge<Item> {
    let rules = RuleSet::<Item>::new().quarantine(Item::ID.at_least(0));
    rules.build().expect("rules that build")
}

/// A rule that no record passes: every one is held back, with its bytes.
pub fn strict() -> Judge<Item> {
    let none = rule("none", 1, |_: &Item| false).reading("id");
    let rules = RuleSet::<Item>::new().quarantine(none);
    rules.build().expect("rules that build")
}

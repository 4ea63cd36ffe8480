use std::collections::BTreeMap;

use super::sale::Sale;

/// What the files hold, and where each record is to end.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Planted {
    /// Records in all files; a line with a broken quote counts as one.
    pub records: u64,
    /// Records bronze refuses, by rule.
    pub bronze_quarantined: BTreeMap<&'static str, u64>,
    /// Records silver refuses, by rule.
    pub silver_quarantined: BTreeMap<&'static str, u64>,
    /// Records silver leaves out, by reason.
    pub silver_dropped: BTreeMap<&'static str, u64>,
    /// Records that end in silver.
    pub accepted: u64,
    /// Quantity times price of the accepted records, in thousandths.
    pub total_milli: i64,
    /// Accepted records and their thousandths, by standardised country.
    pub by_country: BTreeMap<String, (u64, i64)>,
    /// The same by region.
    pub by_region: BTreeMap<String, (u64, i64)>,
    /// Customers whose accepted records name more than one country.
    pub customers_moved: u64,
}

impl Planted {
    /// The records bronze passes on.
    pub fn bronze_accepted(&self) -> u64 {
        self.records - self.bronze_quarantined.values().sum::<u64>()
    }

    pub(super) fn accept(&mut self, sale: &Sale) {
        let milli = sale.quantity * sale.milli();
        for (of, name) in [
            (&mut self.by_country, sale.country()),
            (&mut self.by_region, sale.region()),
        ] {
            let total = of.entry(name.to_owned()).or_default();
            *total = (total.0 + 1, total.1 + milli);
        }
        self.total_milli += milli;
        self.accepted += 1;
    }
}

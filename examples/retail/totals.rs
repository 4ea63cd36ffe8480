//! What the star holds, and whether that is what was planted.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use metalayer::core::{Error, Result};
use metalayer::pg::Database;
use rust_decimal::Decimal;

use super::sample::Planted;

const TOTALS: &str = include_str!("../../sql/retail/totals.sql");
const BY_COUNTRY: &str = include_str!("../../sql/retail/totals_by_country.sql");
const QUARANTINE: &str = include_str!("../../sql/retail/quarantine_by_rule.sql");

/// Rows and amounts, layer by layer.
#[derive(Debug, PartialEq)]
pub struct Totals {
    pub bronze_rows: i64,
    pub silver_rows: i64,
    pub silver_amount: Decimal,
    pub gold_rows: i64,
    pub gold_amount: Decimal,
    pub customers: i64,
    pub products: i64,
    pub days: i64,
    pub by_country: BTreeMap<String, (i64, Decimal)>,
    /// Records in the quarantine by layer and rule.
    pub quarantine: BTreeMap<(String, String), i64>,
}

impl Totals {
    /// Asks the database.
    pub async fn of(database: &Database) -> Result<Self> {
        let client = database.client().await?;
        let ask = async |query: &str| {
            let rows = client.query(query, &[]).await;
            rows.map_err(|error| Error::storage("cannot read the totals").because(error))
        };
        let rows = ask(TOTALS).await?;
        let row = rows
            .first()
            .ok_or_else(|| Error::storage("the totals are one row"))?;
        let by_country = ask(BY_COUNTRY).await?;
        let quarantine = ask(QUARANTINE).await?;
        Ok(Totals {
            bronze_rows: row.get("bronze_rows"),
            silver_rows: row.get("silver_rows"),
            silver_amount: row.get("silver_amount"),
            gold_rows: row.get("gold_rows"),
            gold_amount: row.get("gold_amount"),
            customers: row.get("customers"),
            products: row.get("products"),
            days: row.get("days"),
            by_country: by_country
                .iter()
                .map(|row| (row.get(0), (row.get(1), row.get(2))))
                .collect(),
            quarantine: quarantine
                .iter()
                .map(|row| ((row.get(0), row.get(1)), row.get(2)))
                .collect(),
        })
    }

    /// Compares with what was planted, number by number.
    pub fn check(&self, planted: &Planted) -> Result<&'static str> {
        let milli = |milli: i64| Decimal::new(milli, 3);
        let by_country = planted.by_country.iter();
        let by_country: BTreeMap<_, _> = by_country
            .map(|(name, (rows, amount))| (name.clone(), (*rows as i64, milli(*amount))))
            .collect();
        let held = |layer: &str, rules: &BTreeMap<&'static str, u64>| {
            let held = rules
                .iter()
                .map(|(rule, count)| ((layer.to_owned(), (*rule).to_owned()), *count as i64));
            held.collect::<Vec<_>>()
        };
        let mut quarantine: BTreeMap<_, _> = held("bronze", &planted.bronze_quarantined)
            .into_iter()
            .collect();
        quarantine.extend(held("silver", &planted.silver_quarantined));
        same(
            "rows in bronze",
            &self.bronze_rows,
            &(planted.bronze_accepted() as i64),
        )?;
        same(
            "rows in silver",
            &self.silver_rows,
            &(planted.accepted as i64),
        )?;
        same(
            "amount in silver",
            &self.silver_amount,
            &milli(planted.total_milli),
        )?;
        same("rows in gold", &self.gold_rows, &(planted.accepted as i64))?;
        same(
            "amount in gold",
            &self.gold_amount,
            &milli(planted.total_milli),
        )?;
        same("countries", &self.by_country, &by_country)?;
        same("quarantine", &self.quarantine, &quarantine)?;
        Ok("Every total and every count is what the generator planted.")
    }
}

fn same<T: PartialEq + fmt::Debug>(what: &str, found: &T, planted: &T) -> Result<()> {
    if found == planted {
        return Ok(());
    }
    let hint = "were other files loaded into this database before?";
    Err(Error::contract(format!(
        "{what}: found {found:?}, planted {planted:?}; {hint}"
    )))
}

impl Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "bronze.sales          {:>9} rows", self.bronze_rows)?;
        writeln!(
            f,
            "silver.sales          {:>9} rows {:>18}",
            self.silver_rows, self.silver_amount
        )?;
        writeln!(
            f,
            "gold.fct_sales        {:>9} rows {:>18}",
            self.gold_rows, self.gold_amount
        )?;
        write!(
            f,
            "gold.dim_customer {} customers, gold.dim_product {} products, gold.dim_date {} days, {} countries",
            self.customers,
            self.products,
            self.days,
            self.by_country.len()
        )
    }
}

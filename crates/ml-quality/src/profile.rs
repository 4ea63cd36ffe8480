//! Profiles: what the values of a dataset look like, found out in the pass that judges them, and rules they suggest.
//!
//! A [`Profile`] sees one record after another and keeps, for each column, counts, the smallest and the largest value,
//! and sketches of bounded size: 35 to 65 KiB for a column of short values, 350 KiB at worst. Seeing a record allocates
//! nothing once the sketches have grown, except for texts that are not remembered yet and those beyond 200 characters.
//!
//! What it has seen it tells as [`ColumnProfile`]s, which are plain figures. Profiles of parts merge into that of
//! the whole: counts, ends, lengths and the estimate of distinct values are the same however the records were grouped,
//! mean and deviation to the last digits of a float, and quantiles and frequent values within their bounds.
//! The same records in the same order give the same profile.
//!
//! ```
//! use ml_core::{Fields, Pii, Record, Report, Typed};
//! use ml_quality::{Profile, RuleSet, TextRules};
//!
//! #[derive(Debug, Clone, Record)]
//! #[record(dataset = "bronze.orders")]
//! struct Order {
//!     invoice_no: String,
//!     region: Option<String>,
//!     email: Pii<String>,
//!     quantity: i32,
//! }
//!
//! let judge = RuleSet::<Order>::new().quarantine(Order::INVOICE_NO.not_blank()).build()?;
//! let mut profile = Profile::new(Order::COLUMNS);
//! let mut report = Report::default();
//! for number in 0..1_000 {
//!     let order = Order {
//!         invoice_no: format!("INV-{:04}", number),
//!         region: ["Europe", "Asia"].get(number % 3).map(ToString::to_string),
//!         email: Pii::new(format!("user{number}@example.com")),
//!         quantity: number as i32 % 12 + 1,
//!     };
//!     judge.judge(&order, &[], &mut report); // and in the same pass:
//!     profile.see(&order, &[]);
//! }
//! assert_eq!(profile.to_string(), r#"1000 records
//! column      type     nulls  bad  distinct  min         median  max         mean   length    most frequent
//! invoice_no  text     0      0    1000      "INV-0000"          "INV-0999"         8         A{3}-9{4} (100 %)
//! region      text     333    0    2         "Asia"              "Europe"           4 to 6    "Europe" (50 %)
//! email       text     0      0    1000      ***         ***     ***         ***    17 to 19  ***
//! quantity    integer  0      0    12        1           6       12          6.484            1 (8 %)
//! "#);
//! let suggestions: Vec<String> = profile.suggest().iter().map(ToString::to_string).collect();
//! assert_eq!(suggestions, [
//!     "warn invoice_no.not_blank: text that is not blank (none of 1000 is NULL or blank)",
//!     "warn invoice_no.length: 8 characters (all 1000 values are)",
//!     "warn invoice_no.matches: text that matches ^[A-Z]{3}\\-[0-9]{4}$ (1000 values have the shape A{3}-9{4})",
//!     "warn region.one_of: one of Europe, Asia (667 values, 2 different)",
//!     "warn email.not_blank: text that is not blank (none of 1000 is NULL or blank)",
//!     "warn email.length: 17 to 19 characters (all 1000 values are)",
//!     "warn email.format: an e-mail address (HTML5) (all 1000 values are)",
//!     "warn quantity.not_null: a value (none of 1000 is NULL)",
//!     "warn quantity.range: 1 to 12 (all 1000 values are)",
//!     "warn quantity.positive: above 0 (the smallest of 1000 is 1)",
//! ]);
//! # Ok::<(), ml_core::Error>(())
//! ```

mod column;
mod distinct;
mod extent;
mod figures;
mod frequent;
mod key;
mod moments;
mod quantiles;
mod scalars;
mod shape;
mod suggestion;
mod table;
mod texts;

use std::fmt;

use ml_core::{ColumnDef, Contract, Error, FieldError, Fields, Result};
use serde::{Serialize, Serializer};

pub use figures::{ColumnProfile, Quantile, TextProfile};
pub use frequent::Top;
pub use shape::Shape;
pub use suggestion::Suggestion;

use column::Column;
use table::Table;

/// What has been seen of the columns of a dataset; see the [module](self).
///
/// Shows the figures of its columns, as `Debug`, as a table for people and as what serde stores.
#[derive(Clone)]
pub struct Profile {
    count: u64,
    columns: Vec<Column>,
}

impl Profile {
    /// A profile of these columns that has seen nothing.
    pub fn new(columns: &[ColumnDef]) -> Self {
        Profile {
            count: 0,
            columns: columns.iter().map(Column::new).collect(),
        }
    }

    /// A profile of a contract's columns that has seen nothing.
    pub fn of(contract: &Contract) -> Self {
        Profile::new(&contract.columns)
    }

    /// Takes in a record; a field in `bad` could not be decoded and counts as that, whatever stands in the record.
    #[inline]
    pub fn see(&mut self, record: &impl Fields, bad: &[FieldError]) {
        self.count += 1;
        for (ordinal, column) in self.columns.iter_mut().enumerate() {
            if bad.iter().any(|error| error.ordinal == ordinal) {
                column.see_undecodable();
            } else {
                column.see(record.field(ordinal));
            }
        }
    }

    /// Takes in what another profile of the same columns has seen.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when the columns, their types or which are personal differ; this profile
    /// stays as it is.
    pub fn merge(&mut self, other: &Profile) -> Result<()> {
        let mut pairs = self.columns.iter().zip(&other.columns);
        if self.columns.len() != other.columns.len() || !pairs.all(|(a, b)| a.is_like(b)) {
            return Err(Error::contract(
                "merging two profiles: their columns differ, profile both under one contract",
            ));
        }
        self.count += other.count;
        for (column, other) in self.columns.iter_mut().zip(&other.columns) {
            column.merge(other);
        }
        Ok(())
    }

    /// Records seen.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// What is known of each column by now, in the order of the ordinals.
    pub fn columns(&self) -> Vec<ColumnProfile> {
        self.columns.iter().map(Column::report).collect()
    }

    /// Rules that every record seen passes, each with the reason to think of it.
    pub fn suggest(&self) -> Vec<Suggestion> {
        let columns = self.columns();
        columns.iter().flat_map(ColumnProfile::suggest).collect()
    }
}

/// The number of records, and a table with a line for each column; `bad` is what could not be decoded.
impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} records", self.count)?;
        Table::of(&self.columns()).fmt(f)
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.columns()).finish()
    }
}

/// As a list of [`ColumnProfile`]s.
impl Serialize for Profile {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.columns().serialize(serializer)
    }
}

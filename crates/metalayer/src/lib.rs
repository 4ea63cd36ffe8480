//! Bronze, silver and gold on PostgreSQL, for Rust services to embed.
//!
//! This crate is the façade: each part is a crate of its own, [`core`] (words and the loop), [`quality`] (rules),
//! [`bronze`] (sources), [`silver`] (standardising), [`gold`] (the star), [`pg`] (storage), and the [`prelude`] has
//! what most programs need. [`Settings`] reads the environment.
//!
//! ```
//! use metalayer::prelude::*;
//!
//! #[derive(Debug, Clone, Record)]
//! #[record(dataset = "bronze.orders")]
//! struct Order {
//!     #[column(name = "OrderNo", critical)]
//!     order_no: String,
//!     #[column(name = "Quantity")]
//!     quantity: i32,
//! }
//!
//! let rules = RuleSet::<Order>::new()
//!     .quarantine(Order::ORDER_NO.not_blank())
//!     .quarantine(Order::QUANTITY.between(1, 1_000))
//!     .build()?;
//! assert_eq!(rules.card().rules.len(), 2);
//! # Ok::<(), metalayer::core::Error>(())
//! ```

mod settings;

pub use ml_bronze as bronze;
pub use ml_core as core;
pub use ml_gold as gold;
pub use ml_pg as pg;
pub use ml_quality as quality;
pub use ml_silver as silver;
pub use settings::Settings;

/// What most programs need.
pub mod prelude {
    pub use crate::Settings;
    pub use ml_bronze::{CsvFile, Dialect, FixedRecords, NdjsonFile, csv_files, files_matching};
    pub use ml_core::{
        Contract, Error, Event, Flow, Gate, Merge, Observer, Outcome, Pii, Record, Report, Result,
        Scorecard, Stage, Typed,
    };
    pub use ml_gold::{Aggregate, Dimension, Fact, View, Warehouse};
    pub use ml_pg::{Config, Database, Increment, QuarantineDesk, Refresh, Store, Table, load_all};
    pub use ml_quality::{ColumnRules, NumberRules, TextRules, TimeRules};
    pub use ml_quality::{Judge, RuleSet, rule, validated};
    pub use ml_silver::{Standardise, drop_if, standardise};
}

/// The program of the README, run as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

//! Sources of MetaLayer: CSV files and folders, read, decoded and judged.
//!
//! A [`CsvFile`] is a [`Feed`](ml_core::Feed): it yields chunks of records that went on and of records held back, each
//! with its line, its byte and, where it was held back, its bytes as received and every reason.
//!
//! [`FixedRecords`] takes records back that were held back and put right.
//!
//! ```
//! use ml_bronze::CsvFile;
//! use ml_core::{Flow, Gate, Memory, Outcome, Record};
//! use ml_quality::{ColumnRules, RuleSet};
//!
//! #[derive(Debug, Clone, Record)]
//! #[record(dataset = "bronze.orders", grain = "id")]
//! struct Order {
//!     #[column(name = "OrderId", critical)]
//!     id: i64,
//!     #[column(name = "Note", optional)]
//!     note: Option<String>,
//! }
//!
//! # let folder = tempfile::tempdir().unwrap();
//! # let path = folder.path().join("orders.csv");
//! // line 3 has a stray quote, line 4 no number
//! std::fs::write(&path, "OrderId,Note\n1,gift\n2,\"gi\"ft\nthree,\n4,\n").unwrap();
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let judge = RuleSet::<Order>::new().quarantine(Order::ID.at_least(1)).build()?;
//! let mut store = Memory::<Order>::default();
//! let outcome = Flow::new(Gate::off()).run(&mut CsvFile::new(&path, judge), &mut store).await?;
//!
//! let Outcome::Applied(receipt) = outcome else { panic!("{outcome:?}") };
//! assert_eq!((receipt.card.read, receipt.card.accepted), (4, 2));
//! let held = store.held();
//! assert_eq!(held[0].violations[0].rule, "csv.quote");
//! assert_eq!(held[1].violations[0].rule, "id.decode");
//! assert_eq!((held[1].at.line, held[1].raw.as_slice()), (Some(4), b"three,".as_slice()));
//! # Ok::<(), ml_core::Error>(()) }).unwrap();
//! ```

mod content;
mod csv_file;
mod fault;
mod fixed_records;
mod folder;
mod frame;
mod header;
mod limits;
mod one_record;
mod quoting;
mod reading;
mod row_json;
mod rules;
mod shape;
mod window;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod tiles;

pub use csv_file::CsvFile;
pub use fixed_records::FixedRecords;
pub use folder::csv_files;

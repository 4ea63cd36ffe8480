//! Sources of MetaLayer: CSV and NDJSON files, folders and readers, read, decoded and judged.
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

mod buffer;
mod codec;
mod content;
mod csv_fields;
mod csv_file;
mod csv_records;
mod decoding;
mod dialect;
mod encoding;
mod fault;
mod fixed_records;
mod folder;
mod form;
mod frame;
mod heading;
mod json_object;
mod json_records;
mod layers;
mod limits;
mod ndjson;
mod ndjson_file;
mod open;
mod pattern;
mod position;
mod quoting;
mod reading;
mod received;
mod row_json;
mod rules;
mod score;
mod shape;
mod sniffer;
mod source_file;
mod splitter;
mod symbol;
mod window;

#[cfg(test)]
mod alone;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod dialects;
#[cfg(test)]
mod encodings;
#[cfg(test)]
mod injections;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod locality;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod packed;
#[cfg(test)]
mod profiles;
#[cfg(test)]
mod splits;
#[cfg(test)]
mod tiles;

pub use csv_file::CsvFile;
pub use dialect::{Dialect, Header, Unknown};
pub use encoding::Encoding;
pub use fixed_records::FixedRecords;
pub use folder::csv_files;
pub use form::Form;
pub use limits::Limits;
pub use ndjson::Ndjson;
pub use ndjson_file::NdjsonFile;
pub use pattern::files_matching;
pub use sniffer::{Sniffed, Sniffer};
pub use source_file::SourceFile;
pub use symbol::Symbol;

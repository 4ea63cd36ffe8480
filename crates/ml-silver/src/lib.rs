//! Standardising, conforming and deduplicating in MetaLayer.
//!
//! What silver does to a record is a chain of pure [`Stage`](ml_core::Stage)s: records left out for a stated reason
//! ([`drop_if`]), [standardisers](standardise) in a closure, the rules of a `Judge`. What it does to a table is a
//! declared [`Merge`]. Neither knows a database.
//!
//! ```
//! use ml_core::{Report, Settled, Stage};
//! use ml_silver::{drop_if, standardise};
//!
//! struct Raw { customer: String, region: String }
//! #[derive(Debug, PartialEq)]
//! struct Clean { customer: String, region: Option<String> }
//!
//! let regions = standardise::Conform::new([("EU", "Europe"), ("EMEA", "Europe")]);
//! let stage = drop_if("no_customer", |raw: &Raw| raw.customer.trim().is_empty()).then(
//!     move |raw: Raw, _: &mut Report| Some(Clean {
//!         customer: standardise::id(&raw.customer).into_owned(),
//!         region: regions.conform(&raw.region).map(String::from),
//!     }),
//! );
//!
//! let mut report = Report::default();
//! let clean = stage.apply(Raw { customer: "17850.0".into(), region: " eu".into() }, &mut report);
//! assert_eq!(clean, Some(Clean { customer: "17850".into(), region: Some("Europe".into()) }));
//! assert_eq!(report.settle(true), Settled::Accepted);
//!
//! assert!(stage.apply(Raw { customer: " ".into(), region: "eu".into() }, &mut report).is_none());
//! assert_eq!(report.settle(false), Settled::Dropped);
//! assert_eq!(report.take_card().dropped["no_customer"], 1);
//! ```

mod drop_if;
pub mod standardise;

pub use drop_if::{DropIf, drop_if};
pub use ml_core::{Merge, Wins};

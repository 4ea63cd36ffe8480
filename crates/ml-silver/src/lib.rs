//! Standardising, conforming and deduplicating in MetaLayer.
//!
//! What silver does to a record is a chain of pure [`Stage`](ml_core::Stage)s: records left out for a stated reason
//! ([`drop_if`]), columns brought into standard form as declared ([`Standardise`]), a closure that makes another record
//! of it with the readers of [`standardise`], the rules of a `Judge`. What it does to a table is a declared [`Merge`].
//! Neither knows a database.
//!
//! ```
//! use ml_core::{Record, Report, Settled, Stage};
//! use ml_silver::standardise::{Conform, NumberFormat, Reader, Standardiser, Text};
//! use ml_silver::{Standardise, drop_if};
//! use rust_decimal::{Decimal, dec};
//!
//! #[derive(Debug, Clone, Record)]
//! #[record(dataset = "bronze.orders")]
//! struct Order { customer: Option<String>, region: Option<String>, amount: String }
//! #[derive(Debug, PartialEq)]
//! struct Clean { customer: String, region: Option<String>, amount: Decimal }
//!
//! let regions = Conform::new([("EU", "Europe"), ("EMEA", "Europe")]);
//! let stage = Standardise::new()
//!     .column(Order::CUSTOMER, Text::NonBlank.then(Text::Id))
//!     .column(Order::REGION, Text::NonBlank.then(regions))
//!     .then(drop_if("no_customer", |order: &Order| order.customer.is_none()))
//!     .then(|order: Order, report: &mut Report| {
//!         let amount = NumberFormat::ENGLISH.read_or_hold(Order::AMOUNT.def(), &order.amount, report)?;
//!         Some(Clean { customer: order.customer?, region: order.region, amount })
//!     });
//!
//! let order = |customer: &str, amount: &str| Order {
//!     customer: Some(customer.into()),
//!     region: Some(" emea".into()),
//!     amount: amount.into(),
//! };
//! let mut report = Report::default();
//! let clean = stage.apply(order("17850.0", "1,234.50"), &mut report).unwrap();
//! assert_eq!(clean, Clean { customer: "17850".into(), region: Some("Europe".into()), amount: dec!(1234.50) });
//! assert_eq!(report.settle(true), Settled::Accepted);
//!
//! assert!(stage.apply(order("17850", "12,34"), &mut report).is_none());
//! let Settled::Held(why) = report.settle(false) else { panic!("it is held back") };
//! assert_eq!(why[0].to_string(), "amount.read (amount): expected a number with the decimal mark '.' and ',' between groups of three, found 12,34");
//!
//! assert!(stage.apply(order(" ", "1"), &mut report).is_none());
//! assert_eq!(report.settle(false), Settled::Dropped);
//! assert_eq!(report.take_card().dropped["no_customer"], 1);
//! ```

mod drop_if;
pub mod standardise;

pub use drop_if::{DropIf, drop_if};
pub use ml_core::{Merge, Wins};
pub use standardise::Standardise;

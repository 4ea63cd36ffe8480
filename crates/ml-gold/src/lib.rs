//! Dimensions, facts, aggregates and views of MetaLayer: renders SQL and its order, never connects.
//!
//! A [`Warehouse`] is values in and a [`Plan`](ml_core::Plan) out; a store runs the plan in one transaction. Each
//! table's new state is computed in SQL and compared with the present one, and only what differs is written: dimensions
//! first, then facts, then aggregates, and vanished dimension rows last. What the plan checks before anyone sees it:
//! facts reconcile with their source, aggregates with their facts, spans of a history do not overlap, and one row per
//! key is current. Sources are tables of silver, without the rows that they mark by `_deleted`.
//!
//! | | One row is |
//! | --- | --- |
//! | [`Dimension`] | a thing (type 1), a thing in a span of time (type 2), a day, or a combination of flags (junk) |
//! | [`Fact`] | a row of silver |
//! | [`Accumulating`] | a process, such as an order, with its milestones |
//! | [`Snapshot`] | an entity in a period, with or without facts in it |
//! | [`StateSnapshot`] | an entity in a period in which its state was reported |
//! | [`Aggregate`] | a group of facts |
//! | [`Segment`] | an entity and the class it is in: [`Rfm`], [`Pareto`], [`Cohort`] or [`Bands`] |
//! | [`View`] | what its query says |
//!
//! What is wrong is refused when the plan is made: a sum over what a measure does not add up across
//! ([`Additivity`]), a reference to what is not there, views that read each other in a circle, dimensions that are to
//! conform and do not. The plan also says what each row is made of, so that a store can explain it.
//!
//! ```
//! use ml_core::{Dataset, Type};
//! use ml_gold::{Aggregate, Dimension, Fact, Reference, Warehouse};
//!
//! const SALES: Dataset = Dataset::of("silver", "sales");
//!
//! let customer = Dimension::new("dim_customer", SALES)
//!     .key("customer_id", Type::Text, "customer_id")
//!     .required("country", Type::Text, "country")
//!     .type2("invoice_date", ["country"]);
//! let sales = Fact::new("fct_sales", SALES)
//!     .at("invoice_date")
//!     .dimension(Reference::to("dim_customer").by("customer_id"))
//!     .dimension(Reference::to("dim_date").by("invoice_date"))
//!     .degenerate("invoice_no", Type::Text, "invoice_no")
//!     .measure("amount", Type::Numeric, "quantity * unit_price");
//! let daily = Aggregate::new("agg_daily_sales", "fct_sales")
//!     .group("day", Type::Date, "date.day")
//!     .group("country", Type::Text, "customer.country")
//!     .sum("amount", "amount");
//!
//! let plan = Warehouse::new("gold")
//!     .dimension(customer)
//!     .dimension(Dimension::date("dim_date", SALES, "invoice_date"))
//!     .fact(sales)
//!     .aggregate(daily)
//!     .render()?;
//!
//! assert_eq!(plan.sources, [SALES]);
//! assert_eq!(plan.steps[0].label, "dim_customer: differences");
//! assert!(plan.checks.iter().any(|check| check.id == "fct_sales.reconciles"));
//! # Ok::<(), ml_core::Error>(())
//! ```

mod accumulating;
mod additivity;
mod aggregate;
mod calendar;
mod column;
mod conformed;
mod delta;
mod derived;
mod difference;
mod dimension;
mod fact;
mod grain;
mod history;
mod index;
mod inferred;
mod junk;
mod latest;
mod live;
mod model;
mod months;
mod origins;
mod period;
mod quote;
mod reads;
mod reconcile;
mod reference;
mod renewal;
mod roles;
mod segment;
mod snapshot;
mod star;
mod state_snapshot;
mod table;
mod view;
mod warehouse;

pub use accumulating::Accumulating;
pub use additivity::Additivity;
pub use aggregate::Aggregate;
pub use dimension::Dimension;
pub use fact::Fact;
pub use index::Index;
pub use period::Period;
pub use reference::Reference;
pub use renewal::Renewal;
pub use segment::{Bands, Cohort, Division, Pareto, Rfm, Segment};
pub use snapshot::Snapshot;
pub use state_snapshot::StateSnapshot;
pub use view::View;
pub use warehouse::Warehouse;

//! The vocabulary and the loop of MetaLayer.
//!
//! A [`Record`] answers for its fields and encodes itself. A [`Feed`] yields judged chunks of records, a
//! [`Store`] opens a [`Load`] for them, and a [`Flow`] takes the one to the other: every record read is
//! accepted, quarantined or dropped for a stated reason, and one load is one transaction with one verdict.
//! No database client is in here: a field encodes itself to the bytes of a binary `COPY`.
//!
//! ```
//! use ml_core::{Flow, Gate, LoadKey, Located, Memory, Outcome, Position, Record, Scorecard, Typed};
//!
//! #[derive(Debug, Clone, PartialEq, Record)]
//! #[record(dataset = "bronze.orders", grain = "id")]
//! struct Order {
//!     #[column(critical)]
//!     id: i64,
//!     note: Option<String>,
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let mut store = Memory::<Order>::default();
//! let orders = vec![Order { id: 1, note: None }, Order { id: 2, note: Some("gift".into()) }];
//! let mut feed = ml_core::Records::new("orders of today", orders);
//! let outcome = Flow::new(Gate::default()).run(&mut feed, &mut store).await?;
//! let Outcome::Applied(receipt) = outcome else { panic!("{outcome:?}") };
//! assert_eq!(receipt.card.accepted, 2);
//! assert_eq!(store.rows().len(), 2);
//! # Ok::<(), ml_core::Error>(()) }).unwrap();
//! ```

mod audit;
mod audited;
mod candidate;
mod change;
mod check_constraint;
mod chunk;
mod class;
mod column;
mod contract;
mod dataset;
mod dimension;
mod encode;
mod error;
mod feed;
mod field;
mod fingerprint;
mod fixed;
mod flow;
mod gate;
mod holder;
mod ident;
mod load;
mod memory;
mod merge;
mod notation;
mod numeric;
mod observer;
mod origin;
mod parse;
mod pii;
mod plan;
mod position;
mod predicate;
mod record;
mod row;
mod rule_count;
mod scorecard;
mod shape;
mod stage;
mod store;
mod table_audit;
mod tolerance;
mod tuple;
mod value;
mod violation;

pub use audit::{Audit, Scope};
pub use audited::{Audited, Finding};
pub use candidate::{Candidate, Candidates, RowId, SkippedBlock};
pub use change::Change;
pub use check_constraint::CheckConstraint;
pub use chunk::{Chunk, Encoded};
pub use class::Class;
pub use column::{Column, ColumnDef};
pub use contract::Contract;
pub use dataset::Dataset;
pub use dimension::Dimension;
pub use error::{Error, Kind, Result};
pub use feed::{Feed, Judged, Progress, Records};
pub use field::{Field, Malformed};
pub use fingerprint::Fingerprint;
pub use fixed::Fixed;
pub use flow::{Flow, Outcome};
pub use gate::{Gate, Verdict};
pub use holder::Holder;
pub use ident::Ident;
pub use load::{Load, LoadId, LoadKey, Receipt};
pub use memory::{Ledger, Memory};
pub use merge::{Merge, Wins};
/// Makes a struct a [`Record`] with columns the compiler knows; the crate `ml-derive` lists the attributes.
///
/// What they promise is checked by the compiler:
///
/// ```compile_fail
/// #[derive(Clone, ml_core::Record)]
/// #[record(dataset = "bronze.people")]
/// struct Person {
///     #[column(pii)]
///     email: String, // personal, and not a Pii<String>
/// }
/// ```
///
/// ```compile_fail
/// #[derive(Clone, ml_core::Record)]
/// #[record(dataset = "bronze.people", grain = "number")]
/// struct Person {
///     id: i64, // the grain names another column
/// }
/// ```
pub use ml_derive::Record;
pub use notation::Notation;
pub use observer::{Event, Observer, Silent};
pub use origin::{Computed, Made, Origin};
pub use pii::Pii;
pub use plan::{Delta, Plan, Statement};
pub use position::{Located, Position};
pub use predicate::Predicate;
pub use record::{
    Fault, FieldError, Fields, NO_COLUMN, RawFields, Record, Typed, decode_field, decode_noted,
    put_field, read_field,
};
pub use row::Row;
pub use rule_count::RuleCount;
pub use scorecard::Scorecard;
pub use shape::Shape;
pub use stage::{Report, Settled, Stage, Then};
pub use store::{Begun, Store};
pub use table_audit::{LeftOut, TableAudit};
pub use tolerance::Tolerance;
pub use tuple::{MOST_TUPLE_BYTES, can_be_too_large, least_tuple_bytes};
pub use value::{Type, Value, ValueRef};
pub use violation::{Action, Held, Violation};

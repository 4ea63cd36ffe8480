//! Audits that many tables need: rules about the rows of a load together.
//!
//! An audit about rows returns each offending row's `_load_id` and `_record_no`, so that it can hold them back; one
//! about a figure of the whole load (a count, a mean) returns one row with the figure. Columns are handles or names; what
//! a rule about records lets pass when it is unknown passes here too, and each audit says what it makes of NULL and of no
//! rows at all.
//! All of a load judge the same rows before one leaves: where two rows are equal, [`unique`] holds the second back even
//! when something else holds the first one.
//! Each is about a [`Dimension`](ml_core::Dimension): keys about uniqueness; counts, NULLs and gaps about completeness;
//! freshness about timeliness; other figures, which have a range, about validity; what is to agree about consistency.
//! Text is equal by the columns' collations, which must be the same on both sides. A refresh of a warehouse has no
//! rows of a load, so its checks name their tables themselves.
//!
//! ```
//! use ml_core::{Dataset, Flow, Gate};
//! use ml_quality::audits;
//!
//! const CUSTOMERS: Dataset = Dataset::of("silver", "customers");
//!
//! let flow = Flow::new(Gate::default())
//!     .audit(audits::unique(["invoice_no", "line"])?.quarantine()?)
//!     .audit(audits::row_count(1..))
//!     .audit(audits::references("customer_id", &CUSTOMERS, "customer_id")?.warn());
//! assert_eq!(flow.audits()[2].id, "customer_id.references.silver.customers");
//! # Ok::<(), ml_core::Error>(())
//! ```

mod condition;
mod figures;
mod keys;
mod limits;
mod others;
mod series;
mod size;
mod target;

pub use condition::condition;
pub use figures::{Limit, distinct_count, mean, null_share, quantile, standard_deviation, sum};
pub use keys::{determines, unique};
pub use others::{reconciles, references};
pub use series::{freshness, interval_overlap, no_gaps};
pub use size::{row_count, row_count_like_last};

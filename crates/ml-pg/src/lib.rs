//! PostgreSQL for MetaLayer: the only crate that knows a database, and it knows no layer.
//!
//! A [`Database`] is a pool of connections with pinned settings and verified TLS. A [`Store`] opens loads from
//! the pool, [`Joined`] inside a transaction of the host; both speak one protocol: try-lock, ledger, savepoint,
//! one binary `COPY`, audits, verdict, quarantine, commit. An [`Increment`] takes newly committed loads through
//! a stage into a [`Table`] that appends, holds each thing once or keeps its history, and a [`Refresh`] runs the plan of a warehouse. A table that is
//! there already is judged where it stands by [`Database::audit_table`], and keeps rules by itself with
//! [`Database::add_checks`]; [`Database::create_views`] gives readers views that outlive changes of the table. What was
//! held back is put right and replayed at the [`QuarantineDesk`], [`Database::unload`] takes a load out again, and a
//! [`Screening`] finds rows that may be one thing.
//!
//! ```no_run
//! use ml_core::{Contract, Flow, Gate, Record, Records};
//! use ml_pg::{Config, Database, Store, Table};
//!
//! #[derive(Debug, Clone, Record)]
//! #[record(dataset = "bronze.orders")]
//! struct Order {
//!     id: i64,
//! }
//!
//! # async fn run() -> ml_core::Result<()> {
//! let database = Database::open(&Config::new(&"postgres://localhost/shop".into())?)?;
//! database.migrate().await?;
//! let table = Table::landing(Contract::of::<Order>()?);
//! database.create(&table).await?;
//! let mut store = Store::new(&database, &table);
//! let mut feed = Records::new("orders of today", vec![Order { id: 1 }]);
//! let outcome = Flow::new(Gate::default()).run(&mut feed, &mut store).await?;
//! # let _ = outcome; Ok(()) }
//! ```

mod audit;
mod backfill;
mod backoff;
mod candidate_batch;
mod catalogue;
mod cells;
mod changes;
mod check_constraint;
mod claim;
mod class;
mod commit;
mod comparison;
mod comparison_sql;
mod config;
mod copy;
mod database;
mod definition;
mod difference;
mod drift;
mod entries;
mod entry;
mod entry_filter;
mod explain;
mod explained;
mod export;
mod failure;
mod increment;
mod inputs;
mod joined;
mod keeping;
mod ledger;
mod live_table;
mod live_view;
mod load;
mod mapping;
mod merge;
mod metrics;
mod migrations;
mod model_run;
mod parallel;
mod pass;
mod quarantine_desk;
mod reader;
mod refresh;
mod retained;
mod screening;
mod span;
mod step;
mod store;
mod summary;
mod table;
mod table_audit;
mod table_report;
mod table_view;
mod table_views;
mod taken;
mod tally;
mod tls;
mod trace;
mod unload;
mod vacuum;
mod wire;

pub use backoff::{Attempts, Backoff};
pub use check_constraint::{AddedCheck, CheckState};
pub use comparison::Comparison;
pub use config::{Config, DEFAULT_SLOTS};
pub use database::Database;
pub use difference::Difference;
pub use drift::{Drift, TableDrift};
pub use entry::{EntryForm, EntryId, EntryState, QuarantineEntry};
pub use entry_filter::EntryFilter;
pub use explain::Explain;
pub use explained::{Beaten, Changed, Explained, Judged, Traced};
pub use increment::{Advance, Increment};
pub use joined::Joined;
pub use load::PgLoad;
pub use model_run::ModelRun;
pub use parallel::load_all;
pub use quarantine_desk::QuarantineDesk;
pub use refresh::{Mode, Refresh, Refreshed};
pub use screening::{Screened, Screening};
pub use span::Span;
pub use step::STEP;
pub use store::{SameName, Store};
pub use table::Table;
pub use table_report::{RowAt, TableReport};
pub use tally::Tally;
pub use unload::Unloaded;

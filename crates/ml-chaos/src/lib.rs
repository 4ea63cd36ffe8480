//! Breaks a pipeline wherever it can be broken, to show that nothing is lost.
//!
//! A [`Proxy`] stands between a pipeline and its server and knows where a message of the client begins and ends. Told a
//! [`Fault`], it lets a connection go on up to one message and no further: so a run can be broken before, within and after
//! each of its messages, and the promises be checked every time. That the same run has the same messages makes every
//! failure one that can be had again.
//!
//! ```no_run
//! use ml_chaos::{Break, Fault, Message, Proxy};
//!
//! # async fn load(url: &str) -> Result<(), String> { Ok(()) }
//! # async fn digest(url: &str) -> String { String::new() }
//! # async fn fresh() -> String { String::new() }
//! # async fn sweep() -> Result<(), Box<dyn std::error::Error>> {
//! let whole = fresh().await; // the connection string of a database of its own
//! let proxy = Proxy::start(&whole).await?;
//! load(&proxy.url()).await?;
//! let expected = digest(&whole).await;
//!
//! for nth in 1..=proxy.messages() {
//!     for at in Break::ALL {
//!         let broken = fresh().await;
//!         let proxy = Proxy::start(&broken).await?;
//!         proxy.plan(Fault { message: Message::Nth(nth), at });
//!         let _ = load(&proxy.url()).await; // what it says does not matter
//!         load(&broken).await?;
//!         assert_eq!(digest(&broken).await, expected, "broken {at:?} message {nth}");
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! # Processes that are killed
//!
//! A [`Victim`] is a run in a process of its own, told a database and [`FailPoint`]s: killed, stopped or held up at a step, by
//! name and occurrence, or at any moment from outside. Its steps are the `tracing` events that a pipeline tells of them by (those
//! of MetaLayer have the target `metalayer::pg::STEP`), so that a library need not know of fail points to have them. A dry run
//! says which [`Steps`] there are. Afterwards an [`Inspection`] asks the database what it should not hold, a [`Digest`] says
//! whether the tables are those of a run that nothing broke, and a [`Footprint`] whether a run that had nothing to do wrote.
//!
//! ```no_run
//! use std::process::Command;
//! use std::time::Duration;
//!
//! use ml_chaos::{Act, End, FailPoint, Inspection, Told, Victim};
//!
//! # async fn load(url: &str) -> Result<(), String> { Ok(()) }
//! # async fn fresh() -> String { String::new() }
//! # async fn connect(url: &str) -> tokio_postgres::Client { unimplemented!() }
//! # const STEP: &str = "ml_pg::step";
//! # #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     if let Some(told) = Told::here() {
//!         told.arm(STEP)?; // from here on each step is a fail point
//!         return Ok(load(told.database()).await?);
//!     }
//!     let this_program = || std::env::current_exe().map(Command::new);
//!     let mut dry = Victim::start(this_program()?, &fresh().await, &[])?;
//!     assert_eq!(dry.wait().await?, End::Finished);
//!     for (step, count) in dry.steps().counts() {
//!         for nth in 1..=count {
//!             let broken = fresh().await;
//!             let point = FailPoint::at(step, nth, Act::Kill);
//!             Victim::start(this_program()?, &broken, &[point])?.wait().await?;
//!             let mut client = connect(&broken).await;
//!             let found = Inspection::by(&mut client).after_a_kill(Duration::from_secs(1)).await?;
//!             assert!(found.is_empty(), "killed at {step}, {nth}: {found:?}");
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! The example `chaos` of the repository does this at random, as often as it is asked to.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod canaries;
pub mod checks;
mod column;
mod dice;
mod digest;
mod error;
mod fail_point;
mod fail_points;
mod fault;
mod file;
mod files;
mod findings;
mod footprint;
mod frontend;
mod hindrance;
mod history;
mod hold;
mod inspection;
mod invariant;
mod pollution;
mod proxy;
mod said;
mod seen;
mod steps;
mod subject;
mod switch;
mod told;
mod trial;
mod victim;
mod violation;

pub use canaries::Canaries;
pub use column::{Column, Holds};
pub use digest::Digest;
pub use error::Error;
pub use fail_point::{ANY, Act, FailPoint};
pub use fail_points::FailPoints;
pub use fault::{Break, Fault, Message};
pub use file::{File, Polluted, Row, Stretch, Truth};
pub use files::Files;
pub use findings::Findings;
pub use footprint::{Footprint, size};
pub use history::History;
pub use hold::Hold;
pub use inspection::Inspection;
pub use invariant::Invariant;
pub use pollution::Pollution;
pub use proxy::Proxy;
pub use said::{Outcome, Said};
pub use steps::Steps;
pub use subject::{Layout, Refining, Streaming, Subject};
pub use told::Told;
pub use trial::Trial;
pub use victim::{End, Victim};
pub use violation::Violation;

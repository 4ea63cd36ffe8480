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
//! Besides ending, a connection can become a hole, be reset, be answered by an error of any SQLSTATE in the server's place, and be
//! slow ([`Break`], [`Pace`]).
//!
//! # Servers that are broken
//!
//! A [`Server`] is one of a test's own: stopped, crashed, stood still, put back to an older copy of its data, and found again at
//! the address it had. A [`Disk`] is small and can be filled, a [`Memory`] caps what a process may use, a [`Link`] to
//! another network goes down without a word to either end; where a machine lets none of these be made, that is said aloud and is a value, not a pass.
//!
//! ```no_run
//! use ml_chaos::{Halt, Server};
//!
//! # async fn load(url: &str) -> Result<(), String> { Ok(()) }
//! # async fn broken() -> Result<(), Box<dyn std::error::Error>> {
//! let mut server = Server::start(&[("synchronous_commit", "off")])?;
//! load(&server.url("postgres")).await?;
//! server.stop(Halt::Immediate)?; // as if the power had gone
//! server.start_again()?;
//! // what was acknowledged is there
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
//! # async fn connect(url: &str) -> tokio_postgres::Client {
//! #     let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
//! #     tokio::spawn(connection);
//! #     client
//! # }
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
//!
//! # Checks
//!
//! What a pipeline has to do to be put to the test is small: a [`Subject`] makes its tables in a database, loads a CSV file and
//! says what that came to, and tells where it is seen what became of the file. The [`checks`] do the rest, each over a
//! [`Trial`] of it: they make [`Files`] of which it is known which records have to load and which have to be held back, break
//! connections, hinder tables and let two runs overtake one another at every message, and answer the [`Violation`]s that they
//! found. One that is [`Streaming`] or [`Refining`] is put to more.
//!
//! ```no_run
//! use ml_chaos::{Error, Outcome, Said, Subject, Trial, checks};
//! # use ml_chaos::{File, Holds, Layout};
//!
//! struct Mine;
//!
//! impl Subject for Mine {
//!     type Session = String; // a pool, a store: here it connects every time
//!
//!     async fn load(&self, url: &mut String, file: &File) -> Said {
//!         match my_load(url, &file.name, &file.bytes).await {
//!             Ok(true) => Outcome::Applied.saying(""),
//!             Ok(false) => Outcome::Replayed.saying(""),
//!             Err(error) => Outcome::Failed.saying(format!("{error:?}")),
//!         }
//!     }
//! #     fn layout(&self) -> Layout {
//! #         let columns = vec![Holds::Key.named("id"), Holds::Text.named("name")];
//! #         let [rows, held, counted] = [(); 3].map(|()| String::new());
//! #         Layout { columns, longest: 1 << 20, rows, written: Vec::new(), held, counted }
//! #     }
//! #     async fn prepare(&self, _: &str) -> Result<(), String> { Ok(()) }
//!     // layout, prepare, open …
//! #     async fn open(&self, url: &str) -> Result<String, String> { Ok(url.to_owned()) }
//! }
//!
//! # async fn my_load(url: &str, name: &str, bytes: &[u8]) -> Result<bool, std::io::Error> { Ok(true) }
//! # async fn put_to_the_test(fresh: &str) -> Result<(), Error> {
//! let mut trial = Trial::open(&Mine, fresh, 7).await?; // a database of its own, and a seed for the files
//! for found in [
//!     checks::polluted_files(&mut trial).await?,
//!     checks::broken_connections(&mut trial).await?,
//! ] {
//!     assert!(found.violations.is_empty(), "{found}");
//! }
//! # Ok(()) }
//! ```
//!
//! That these checks have teeth is shown by a small loader with 15 mistakes to choose from, each of which one of them catches
//! (`tests/teeth`). A [`History`] of what was said and seen, and [`Canaries`] to find in texts, are of use without a trial, too.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod backend;
mod canaries;
pub mod checks;
mod column;
mod connection;
mod csv_line;
mod dice;
mod digest;
mod disk;
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
mod link;
mod memory;
mod notes;
mod pace;
mod pollution;
mod proxy;
mod said;
mod seen;
mod server;
mod signal;
mod steps;
mod subject;
mod switch;
mod told;
mod trial;
mod unlimited;
mod victim;
mod violation;
mod witness;

pub use canaries::Canaries;
pub use column::{Column, Holds};
pub use dice::Dice;
pub use digest::Digest;
pub use disk::Disk;
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
pub use link::Link;
pub use memory::Memory;
pub use pace::Pace;
pub use pollution::Pollution;
pub use proxy::Proxy;
pub use said::{Outcome, Said};
pub use server::{Backup, Halt, Server};
pub use signal::Signal;
pub use steps::Steps;
pub use subject::{Layout, Refining, Streaming, Subject};
pub use told::Told;
pub use trial::Trial;
pub use unlimited::Unlimited;
pub use victim::{End, Victim};
pub use violation::Violation;

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

mod canaries;
pub mod checks;
mod column;
mod dice;
mod digest;
mod error;
mod fault;
mod file;
mod files;
mod findings;
mod frontend;
mod hindrance;
mod history;
mod hold;
mod invariant;
mod notes;
mod pollution;
mod proxy;
mod said;
mod seen;
mod subject;
mod switch;
mod trial;
mod violation;
mod witness;

pub use canaries::Canaries;
pub use column::{Column, Holds};
pub use digest::Digest;
pub use error::Error;
pub use fault::{Break, Fault, Message};
pub use file::{File, Polluted, Row, Stretch, Truth};
pub use files::Files;
pub use findings::Findings;
pub use history::History;
pub use hold::Hold;
pub use invariant::Invariant;
pub use pollution::Pollution;
pub use proxy::Proxy;
pub use said::{Outcome, Said};
pub use subject::{Layout, Refining, Streaming, Subject};
pub use trial::Trial;
pub use violation::Violation;

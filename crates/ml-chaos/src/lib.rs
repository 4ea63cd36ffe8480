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
mod pollution;
mod proxy;
mod said;
mod seen;
mod subject;
mod switch;
mod trial;
mod violation;

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

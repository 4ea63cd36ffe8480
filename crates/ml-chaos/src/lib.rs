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

mod backend;
mod connection;
mod digest;
mod fault;
mod frontend;
mod invariant;
mod limits;
mod pace;
mod proxy;
mod server;
mod signal;
mod violation;

pub use digest::Digest;
pub use fault::{Break, Fault, Message};
pub use invariant::Invariant;
pub use limits::{Disk, Memory, Unlimited};
pub use pace::Pace;
pub use proxy::Proxy;
pub use server::{Copy, End, Server};
pub use signal::Signal;
pub use violation::Violation;

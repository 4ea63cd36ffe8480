//! A private, real PostgreSQL server for examples, tests and benches, with nothing to set up by
//! hand.
//!
//! ```no_run
//! use ml_embed::Cluster;
//!
//! # fn main() -> Result<(), ml_embed::Error> {
//! // For a test: the directory goes with the server, and nothing is ever flushed to disk.
//! let scratch = Cluster::temporary().setting("work_mem", "64MB").start()?;
//! println!("{}", scratch.url("postgres"));
//!
//! // For an example: a directory which is still there tomorrow, as durable as any server.
//! let kept = Cluster::kept("target/warehouse").start()?;
//! println!("PostgreSQL {} at {}", kept.version(), kept.url("postgres"));
//! kept.stop()
//! # }
//! ```
//!
//! # Which server
//!
//! 1. The one in the directory named by `PGBIN`, and no other, when that is set.
//! 2. One of this machine, 15 or newer: on `PATH`, where `pg_config` says, or in the usual places
//!    of Debian, Fedora, Homebrew and Postgres.app, the newest first. A kept directory takes the
//!    first of the version that made it.
//! 3. With the feature `bundled`, PostgreSQL 18 out of packages which `cargo` has fetched (Linux
//!    with glibc 2.38 on x86-64 and ARM, macOS on ARM; no contrib extension).
//!
//! Failing these, [`Error::NotFound`] says where was looked and what to install on this system.
//!
//! # What to know
//!
//! - The server goes when its [`Cluster`] is dropped, and just as well when the process ends in any
//!   other way, `kill -9` included.
//! - It listens on the loopback address and a free port, on another address where it is told one
//!   ([`Launch::address`]), and asks for a random password there; its Unix socket lies in a directory which only its own account can enter.
//! - Run by root, which PostgreSQL refuses to be, it runs as `postgres` or else as `nobody`.
//! - It needs Unix. On Windows, start a server yourself and set `DATABASE_URL`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod advice;
mod error;
mod origin;

#[cfg(unix)]
mod account;
#[cfg(unix)]
mod binaries;
#[cfg(all(unix, feature = "bundled"))]
mod bundle;
#[cfg(unix)]
mod cache;
#[cfg(unix)]
mod cluster;
#[cfg(unix)]
mod doing;
#[cfg(unix)]
mod home;
#[cfg(unix)]
mod launch;
#[cfg(unix)]
mod lock;
#[cfg(unix)]
mod network;
#[cfg(unix)]
mod password;
#[cfg(unix)]
mod places;
#[cfg(unix)]
mod postmaster;
#[cfg(unix)]
mod search;
#[cfg(unix)]
mod settings;
#[cfg(unix)]
mod supervisor;
#[cfg(unix)]
mod template;
#[cfg(unix)]
mod tree;

#[cfg(not(unix))]
mod elsewhere;
#[cfg(not(unix))]
use elsewhere as cluster;
#[cfg(not(unix))]
use elsewhere as launch;

pub use cluster::Cluster;
pub use error::Error;
pub use launch::Launch;
pub use origin::Origin;

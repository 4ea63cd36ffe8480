//! What records, stages, feeds, flows and stores promise, seen from outside.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in test functions, but not in what they share

mod feeds;
mod flows;
mod memory;
mod puts;
mod recorder;
mod records;
mod refusals;
mod script;
mod stages;
mod values;

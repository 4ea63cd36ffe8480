//! What the rule engine promises, seen from outside.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in test functions, but not in what they share

mod build;
mod fingerprint;
mod handles;
mod judge;
mod order;
mod privacy;
mod twins;

//! What the rule engine promises, seen from outside.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in test functions, but not in what they share

mod build;
mod catalogue;
mod executors;
mod fingerprint;
mod handles;
mod judge;
mod order;
mod privacy;
mod profile;
mod profile_bounds;
mod profile_laws;
mod reference;
mod rule_file;
mod rule_file_refused;
mod sql_text;
mod sql_text_hostile;
mod sql_text_refused;
mod strictness;
mod suggestions;
mod twins;

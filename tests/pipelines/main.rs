//! Whole pipelines on a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod arrows;
mod audits;
mod bad_input;
mod concurrency;
mod conformance;
mod crash;
mod database;
mod differential;
mod faults;
mod global_sales;
mod increments;
mod laws;
mod merge;
mod online_retail;
mod replay;
#[path = "../../examples/replay.rs"]
#[allow(dead_code)]
pub mod replay_example;
pub mod retail;
mod sample_month;
mod set_rules;
mod star;
pub mod support;
mod table_audits;
mod table_checks;
mod tls;
mod unload;

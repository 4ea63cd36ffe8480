//! Whole pipelines on a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod arrivals;
mod arrows;
mod audits;
mod backfill;
mod bad_input;
mod changes;
mod chaos;
pub mod chaos_example;
mod concurrency;
mod conformance;
mod crash;
mod database;
mod differential;
mod every_value;
mod explain;
#[path = "../../examples/explain.rs"]
#[allow(dead_code)]
pub mod explain_example;
mod fairness;
mod faults;
mod flood;
mod global_sales;
mod guests;
mod histories;
mod hostile_server;
mod increments;
mod keeping;
pub mod killer;
mod landing;
mod laws;
mod losers;
mod merge;
mod metrics;
pub mod models;
mod names;
mod online_retail;
mod oracle;
pub mod orders;
mod personal_data;
mod rebuild;
mod reference;
mod refreshes;
mod replay;
#[path = "../../examples/replay.rs"]
#[allow(dead_code)]
pub mod replay_example;
mod replays;
pub mod retail;
mod sample_month;
mod screenings;
mod server_refuses;
mod set_rules;
mod shapes;
mod silver_laws;
mod spellings;
mod star;
pub mod support;
mod sweep;
mod table_audits;
mod table_checks;
mod thresholds;
mod tls;
mod tombstones;
mod trial;
mod unload;
mod views;

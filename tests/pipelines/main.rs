//! Whole pipelines on a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod aftermath;
mod arrivals;
mod arrows;
mod audits;
mod backfill;
mod bad_input;
mod changes;
mod chaos;
#[path = "../../examples/chaos/main.rs"]
// It brings the pipeline of the other example along, as a module of its own.
#[allow(dead_code, clippy::duplicate_mod)]
pub mod chaos_example;
mod classes;
mod concurrency;
mod confined;
mod conformance;
mod contention;
mod crash;
mod crowds;
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
mod full_disks;
mod global_sales;
mod guests;
mod histories;
mod hostile_server;
mod increments;
mod interruptions;
mod keeping;
pub mod killer;
mod landing;
mod laws;
mod load_states;
mod losers;
mod lost_replies;
mod merge;
mod metrics;
pub mod models;
mod names;
mod online_retail;
mod oracle;
pub mod orders;
mod outages;
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
mod silences;
mod silver_laws;
mod spellings;
mod standstill;
mod star;
pub mod support;
mod sweep;
mod table_audits;
mod table_checks;
mod teeth;
mod terminations;
mod thresholds;
mod tls;
mod tombstones;
mod trial;
mod unload;
mod views;

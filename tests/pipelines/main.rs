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
mod fairness;
mod faults;
mod global_sales;
mod increments;
mod landing;
mod laws;
mod merge;
mod online_retail;
mod oracle;
pub mod orders;
pub mod retail;
mod sample_month;
mod shapes;
mod star;
pub mod support;
mod tls;

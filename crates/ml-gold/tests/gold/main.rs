//! Plans: what they say, and which warehouses have none.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod delta;
mod derived;
mod models;
mod months;
mod plan;
mod refused;
mod star;

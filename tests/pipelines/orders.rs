//! The records and files of the bench, as the tests use them.
#![allow(dead_code)]

#[path = "../../benches/compare_load/file.rs"]
pub mod file;
#[path = "../../benches/compare_load/order.rs"]
pub mod order;

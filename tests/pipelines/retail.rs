//! The retail example, as the library it would be in a host program.
#![allow(dead_code)]

#[path = "../../examples/retail/figures.rs"]
pub mod figures;
#[path = "../../examples/retail/pipeline.rs"]
pub mod pipeline;
#[path = "../../examples/retail/sale.rs"]
pub mod sale;
#[path = "../../examples/retail/sample.rs"]
pub mod sample;
#[path = "../../examples/retail/star.rs"]
pub mod star;
#[path = "../../examples/retail/totals.rs"]
pub mod totals;

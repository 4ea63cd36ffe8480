//! The pipeline that is broken: that of the example `retail`.
#![allow(dead_code)]

#[path = "../retail/pipeline.rs"]
pub mod pipeline;
#[path = "../retail/sale.rs"]
pub mod sale;
#[path = "../retail/sample.rs"]
pub mod sample;
#[path = "../retail/star.rs"]
pub mod star;

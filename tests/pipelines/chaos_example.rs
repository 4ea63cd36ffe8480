//! The modules of the example, over the pipeline that the other tests take.
#![allow(dead_code)]

#[path = "../../examples/chaos/bed.rs"]
pub mod bed;
#[path = "../../examples/chaos/blow.rs"]
pub mod blow;
#[path = "../../examples/chaos/check.rs"]
pub mod check;
#[path = "../../examples/chaos/round.rs"]
pub mod round;
#[path = "../../examples/chaos/rounds.rs"]
pub mod rounds;
#[path = "../../examples/chaos/subject.rs"]
pub mod subject;
#[path = "../../examples/chaos/table.rs"]
pub mod table;

pub use subject::{Failure, SABOTAGE};

use crate::retail;

//! Refreshes: incremental and in full come to the same, whatever happens to silver and to the process; readers see none of it.

pub mod crash;
mod equivalence;
mod months;
mod quiet;
mod readers;
mod refused;
mod shop;
mod silver;
mod unloads;
mod writers;

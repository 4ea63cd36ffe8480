//! Refreshes: incremental and in full come to the same, whatever happens to silver and to the process; readers see none of it.

mod equivalence;
mod shop;

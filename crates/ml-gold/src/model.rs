use ml_core::{Audit, Statement};

use crate::table::Table;

/// A table with everything a plan says about it.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) table: Table,
    /// CTEs that compute its new state; the last is `fresh`.
    pub(crate) fresh: String,
    /// What comes after its creation.
    pub(crate) install: Vec<Statement>,
    /// Guards that are added after the rows, as statements of a block.
    pub(crate) guards: Vec<String>,
    pub(crate) checks: Vec<Audit>,
}

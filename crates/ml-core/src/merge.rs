use serde::{Deserialize, Serialize};

use crate::{Contract, Error, Result};

/// How records become rows of a table that holds each thing once.
///
/// * Among versions of one thing the highest in the `version` column wins; a tie is won by the greatest content,
///   and a tie of content by the smallest (load, record).
/// * Without a version column the newest (load, record) wins, or, where the grain is all there is to a row, the
///   smallest: there is nothing to win but the lineage.
///
/// Each is a function of the set of records alone, so the order of commits cannot change the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// The columns that make a row one thing; NULL counts as a value.
    pub grain: Vec<String>,
    /// The column that orders versions, from the data.
    pub version: Option<String>,
}

impl Merge {
    /// Merges on the grain of the contract, the newest load winning.
    ///
    /// # Errors
    /// [`Contract`](crate::Kind::Contract) when the contract has no grain.
    pub fn on_grain(contract: &Contract) -> Result<Self> {
        if contract.grain.is_empty() {
            let dataset = &contract.dataset;
            return Err(Error::contract(format!(
                "{dataset} has no grain to merge on"
            )));
        }
        Ok(Merge {
            grain: contract.grain.clone(),
            version: None,
        })
    }

    /// The same merge, ordered by a column.
    pub fn version(mut self, column: impl Into<String>) -> Self {
        self.version = Some(column.into());
        self
    }
}

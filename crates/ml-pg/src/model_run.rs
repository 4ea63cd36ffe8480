use std::time::Duration;

/// What a refresh did to one of its tables.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRun {
    /// The model's name; of a source `schema.table`.
    pub model: String,
    /// How many rows it has after the refresh; `None` of a source.
    ///
    /// Counted when the plan is installed, and from then on added up from what refreshes wrote.
    pub rows: Option<u64>,
    /// Rows that came.
    pub inserted: u64,
    /// Rows that changed.
    pub updated: u64,
    /// Rows that went.
    pub deleted: u64,
    /// Rows of it that the whole refresh read, checks included; what parallel workers read is not in it.
    pub scanned: u64,
    /// What vacuum has to clean up, as the server estimates it.
    pub dead: u64,
    /// How long the steps took that are about the model.
    pub took: Duration,
}

impl ModelRun {
    /// How many rows it wrote.
    pub fn written(&self) -> u64 {
        self.inserted + self.updated + self.deleted
    }
}

use serde::{Deserialize, Serialize};

/// The `_row_id` of a row of a merged table: it stays as long as the row stands, whatever its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RowId(pub i64);

/// Two rows that may be one thing. It holds figures and names, and no value of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The row that stood first: where a rule says that the two are one, it stays.
    pub left: RowId,
    /// The other one.
    pub right: RowId,
    /// How alike the two are, from 0 to 1.
    pub score: f64,
    /// How alike they are in each column compared, from 0 to 1; `None` where one of them has no value.
    pub columns: Vec<(String, Option<f64>)>,
    /// The blocks that both are in, by what they were made by.
    pub blocks: Vec<String>,
    /// The rule that says that the two are one; `None` leaves it to people.
    pub merge: Option<String>,
}

/// What looking for duplicates found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Candidates {
    /// The pairs, the most alike first, then by their rows.
    pub pairs: Vec<Candidate>,
    /// The blocks whose rows were not compared, because there were too many of them.
    pub skipped: Vec<SkippedBlock>,
}

/// A block that was too large to compare its rows. It is told by one of them, since what they share may be personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedBlock {
    /// What the block was made by.
    pub block: String,
    /// How many rows are in it.
    pub rows: usize,
    /// The one of them that stood first.
    pub first: RowId,
}

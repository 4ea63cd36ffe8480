use serde::{Deserialize, Serialize};

use crate::{Action, Dimension, RuleCount, Tolerance};

/// A rule about a table: a query that returns the offending rows, judged before anyone can see the load.
///
/// `{rows}` in the query stands for the rows of the load that is judged.
///
/// ```
/// let audit = ml_core::Audit::new("orders.id_unique", "SELECT id FROM {rows} AS r GROUP BY id HAVING count(*) > 1");
/// assert_eq!(audit.action, ml_core::Action::Abort);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    /// Stable name.
    pub id: String,
    /// The query, one `SELECT`.
    pub sql: String,
    /// Whether offending rows refuse the load ([`Action::Abort`]) or are only counted ([`Action::Warn`]).
    pub action: Action,
    /// What it is about.
    pub dimension: Dimension,
    /// How many rows it may return before the load is refused; where nothing is said, as its action does.
    pub tolerance: Option<Tolerance>,
}

impl Audit {
    /// An audit that refuses the load when its query returns a row, about consistency.
    pub fn new(id: impl Into<String>, sql: impl Into<String>) -> Self {
        Audit {
            id: id.into(),
            sql: sql.into(),
            action: Action::Abort,
            dimension: Dimension::Consistency,
            tolerance: None,
        }
    }

    /// The same audit, counting only.
    pub fn warn(mut self) -> Self {
        self.action = Action::Warn;
        self
    }

    /// The same audit, about something else.
    pub fn dimension(mut self, dimension: Dimension) -> Self {
        self.dimension = dimension;
        self
    }

    /// The same audit, which refuses the load only when it returns more rows than that, whatever its action.
    pub fn tolerating(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    /// What a scorecard says of it, had it returned so many rows.
    pub fn count(&self, rows: u64) -> RuleCount {
        RuleCount::of(self.action)
            .dimension(self.dimension)
            .tolerance(self.tolerance)
            .violations(rows)
    }
}

/// What an audit found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// So many offending rows.
    Rows(u64),
    /// The store cannot run queries.
    Unsupported,
}

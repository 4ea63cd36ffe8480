use serde::{Deserialize, Serialize};

use crate::{Audit, Dataset, Ident, Origin};

/// How a warehouse is built and refreshed: SQL and its order, rendered by ml-gold and run by a store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The warehouse's name, which is its schema.
    pub warehouse: Ident,
    /// The tables it is made of; a refresh is due when one of them has a new load.
    pub sources: Vec<Dataset>,
    /// What creates its tables and views; run again when it changes, so each must bear that.
    pub install: Vec<Statement>,
    /// What a refresh does, in order, in one transaction.
    pub steps: Vec<Statement>,
    /// What must return no row before anyone sees the refresh.
    pub checks: Vec<Audit>,
    /// A query for the number of rows the refresh reads.
    pub read: String,
    /// What the rows of each model are made of.
    pub origins: Vec<Origin>,
}

/// One statement and what it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// What it does, for people.
    pub label: String,
    /// One SQL statement.
    pub sql: String,
}

impl Statement {
    /// A labelled statement.
    pub fn new(label: impl Into<String>, sql: impl Into<String>) -> Self {
        Statement {
            label: label.into(),
            sql: sql.into(),
        }
    }
}

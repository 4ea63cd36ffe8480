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
    /// What a full refresh does, in order, in one transaction.
    pub steps: Vec<Statement>,
    /// What must return no row before anyone sees the refresh. A query that returns a text column called `differs` says
    /// by it what a refusal is to name.
    pub checks: Vec<Audit>,
    /// A query for the number of rows the refresh reads.
    pub read: String,
    /// What the rows of each model are made of.
    pub origins: Vec<Origin>,
    /// What is done instead when the plan is installed as it is and the new loads are known; `None` where every model
    /// is refreshed in full anyway.
    pub delta: Option<Delta>,
    /// Queries for what the last steps found to write, labelled by table, to be asked after them and in their
    /// transaction: each row has `change` (`insert`, `update` or `delete`) and `differs`, the key in words.
    pub differences: Vec<Statement>,
}

/// An incremental refresh: it starts from what the new loads of the sources have changed.
///
/// The store puts the new loads into a temporary table `ml_new_load (load_id bigint)` before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delta {
    /// What it does, in order, in one transaction.
    pub steps: Vec<Statement>,
    /// Checks of what was touched, each in the place of the plan's check of the same name; the others are done as they are.
    pub checks: Vec<Audit>,
    /// A query for the number of rows it reads.
    pub read: String,
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

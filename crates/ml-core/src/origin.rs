use serde::{Deserialize, Serialize};

use crate::Dataset;

/// What the rows of a model are made of: what a store follows to explain one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The model's name, which is that of its table.
    pub model: String,
    /// The columns that tell its rows apart; their values as text, in this order, are the parameters of `rows`.
    pub key: Vec<String>,
    /// A query for the names of a row's columns and their values as text, by the same parameters.
    pub row: String,
    /// Every column, and the names that it is computed from.
    pub columns: Vec<Computed>,
    /// What its rows are made of.
    pub of: Made,
    /// A query for the rows that a row is made of, each by its key as text: `_row_id` where they are of a dataset.
    pub rows: String,
}

/// A column of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Computed {
    /// Its name.
    pub name: String,
    /// The names in its expression; `*` where a whole row is in it.
    pub from: Vec<String>,
}

/// What a model's rows are made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Made {
    /// Rows of a dataset.
    OfDataset(Dataset),
    /// Rows of another model of the warehouse.
    OfModel(String),
}

use std::fmt;

use crate::RowAt;

/// One row in which a table is not the one that a rebuild gives; without a value of a personal column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The columns that make the row one thing, each with its value as text: `None` is NULL, and `***` personal.
    pub key: Vec<(String, Option<String>)>,
    /// The record that stands there; `None` where the row is missing.
    pub held: Option<RowAt>,
    /// The record that a rebuild puts there; `None` where it takes the row out.
    pub rebuilt: Option<RowAt>,
    /// The columns with another value; none where only the record is another one, or only one of the two is there.
    pub columns: Vec<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, (column, value)) in self.key.iter().enumerate() {
            let comma = if nth > 0 { ", " } else { "" };
            let value = value.as_deref().unwrap_or("NULL");
            write!(f, "{comma}{column} {value}")?;
        }
        match (&self.held, &self.rebuilt) {
            (None, Some(rebuilt)) => write!(f, ": missing is {rebuilt}"),
            (Some(held), None) => write!(f, ": extra is {held}"),
            (Some(held), Some(rebuilt)) => {
                write!(f, ": {held} stands there, a rebuild puts {rebuilt}")?;
                match self.columns.is_empty() {
                    true => Ok(()),
                    false => write!(f, ", other in {}", self.columns.join(", ")),
                }
            }
            (None, None) => Ok(()),
        }
    }
}

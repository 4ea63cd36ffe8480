use ml_core::{Type, Value};
use serde::Serialize;

use super::frequent::Top;
use super::shape::Shape;

/// So many frequent values and patterns are listed.
pub(super) const LISTED: usize = 20;

/// Longer values are kept as their first so many characters and an ellipsis.
pub(super) const MAX_CHARS: usize = 200;

/// What is known of a column: figures only, to be shown, stored and compared.
///
/// Of a personal column there is no value, no figure that may be one and no pattern: `min`, `max`, `mean`,
/// `deviation`, `quantiles`, `top` and `patterns` are empty.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnProfile {
    /// Name in SQL.
    pub name: String,
    /// Type of the values.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Whether values are kept out because they are personal.
    pub personal: bool,
    /// Records seen.
    pub count: u64,
    /// Records with NULL; one that could not be decoded is none of them.
    pub nulls: u64,
    /// Records whose field could not be decoded, or is not of the column's type.
    pub undecodable: u64,
    /// How many values are different, NULL not counted: an estimate with a standard error of 0.8 %, close to exact
    /// below a thousand.
    pub distinct: u64,
    /// The smallest value, numbers by value and text by its bytes; text is cut to 200 characters and an ellipsis.
    pub min: Option<Value>,
    /// The largest value, as the smallest.
    pub max: Option<Value>,
    /// Of the finite numbers.
    pub mean: Option<f64>,
    /// Standard deviation of the finite numbers, as a sample (`stddev` of SQL).
    pub deviation: Option<f64>,
    /// Of finite numbers, dates and timestamps: estimates whose ranks are off by less than 0.02.
    pub quantiles: Vec<Quantile>,
    /// What only text has.
    pub text: Option<TextProfile>,
    /// The most frequent values, at most 20, each for certain more frequent than a count can be off.
    ///
    /// Texts beyond 200 characters are counted by their first 200, with an ellipsis.
    pub top: Vec<Top<Value>>,
}

/// What is known of a column of text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TextProfile {
    /// Values that are empty or nothing but white space (Unicode's `White_Space`); NULL is not counted.
    pub blanks: u64,
    /// Values that are e-mail addresses, as [`is_email`](crate::is_email) says.
    pub emails: u64,
    /// Length of the shortest value, in Unicode scalar values.
    pub shortest: Option<u64>,
    /// Length of the longest value.
    pub longest: Option<u64>,
    /// The most frequent shapes, at most 20, listed as `top` is. As long as all there are fit in memory, those that
    /// differ in nothing but lengths are one: `A{3}-9{1,4}`.
    pub patterns: Vec<Top<Shape>>,
}

/// A value and the share of all that are not above it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quantile {
    /// The share, from 0 to 1.
    pub rank: f64,
    /// The value; of decimals a float.
    pub value: Value,
}

impl ColumnProfile {
    /// Records with a value that can be used: neither NULL nor undecodable.
    pub fn known(&self) -> u64 {
        self.count - self.nulls - self.undecodable
    }

    /// The value whose share is `rank`, where it is one of 0.01, 0.05, 0.25, 0.5, 0.75, 0.95 and 0.99.
    pub fn quantile(&self, rank: f64) -> Option<&Value> {
        let quantile = self.quantiles.iter().find(|one| one.rank == rank)?;
        Some(&quantile.value)
    }
}

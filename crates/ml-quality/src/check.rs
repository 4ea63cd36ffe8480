use std::fmt;
use std::sync::Arc;

use ml_core::{Dimension, Tolerance};

use crate::ColumnNames;

pub(crate) type Test<T> = Arc<dyn Fn(&T) -> bool + Send + Sync>;

/// A rule that is a closure: it runs in Rust only, and is known by its name and revision. Made by [`rule`].
pub struct Check<T> {
    pub(crate) id: String,
    pub(crate) revision: u32,
    pub(crate) columns: Vec<String>,
    pub(crate) expected: String,
    pub(crate) dimension: Dimension,
    pub(crate) tolerance: Option<Tolerance>,
    pub(crate) test: Test<T>,
}

/// A rule that holds where `test` says so; about validity.
///
/// Nobody can look into a closure: raise `revision` whenever it changes, so that the fingerprint of the rules
/// changes too. It runs on whole records only: not when a field could not be decoded.
pub fn rule<T>(
    id: impl Into<String>,
    revision: u32,
    test: impl Fn(&T) -> bool + Send + Sync + 'static,
) -> Check<T> {
    let id = id.into();
    Check {
        expected: format!("a record that passes {id}"),
        id,
        revision,
        columns: Vec::new(),
        dimension: Dimension::Validity,
        tolerance: None,
        test: Arc::new(test),
    }
}

impl<T> Check<T> {
    /// Says which columns the closure reads: its violations name them, and it covers them when they are critical.
    pub fn reading(mut self, columns: impl ColumnNames) -> Self {
        self.columns.extend(columns.names());
        self
    }

    /// Says in words what the closure expects.
    pub fn expecting(mut self, words: impl Into<String>) -> Self {
        self.expected = words.into();
        self
    }

    /// The same closure as a rule about something else.
    pub fn dimension(mut self, dimension: Dimension) -> Self {
        self.dimension = dimension;
        self
    }

    /// The same closure, which refuses the load when it is violated more often than that, as in
    /// [`Rule::tolerating`](crate::Rule::tolerating).
    pub fn tolerating(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = Some(tolerance);
        self
    }
}

impl<T> Clone for Check<T> {
    fn clone(&self) -> Self {
        Check {
            id: self.id.clone(),
            revision: self.revision,
            columns: self.columns.clone(),
            expected: self.expected.clone(),
            dimension: self.dimension,
            tolerance: self.tolerance,
            test: Arc::clone(&self.test),
        }
    }
}

impl<T> fmt::Debug for Check<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("id", &self.id)
            .field("revision", &self.revision)
            .field("columns", &self.columns)
            .field("dimension", &self.dimension)
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

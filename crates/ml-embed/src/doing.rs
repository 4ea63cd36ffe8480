//! Errors of the operating system, with what was being done.

use crate::error::Error;
use std::{io, path::Path};

/// Turns what the operating system said into an error which tells what was being done.
pub(crate) trait Doing<T> {
    /// Names the deed and the file it was done to.
    fn doing(self, verb: &str, path: &Path) -> Result<T, Error>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, verb: &str, path: &Path) -> Result<T, Error> {
        self.map_err(|source| Error::Io {
            doing: format!("{verb} {}", path.display()),
            source,
        })
    }
}

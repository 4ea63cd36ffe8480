//! Where a server comes from.

use std::{fmt, path::PathBuf};

/// Where the server of a [`Cluster`](crate::Cluster) comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A server installed on this machine, in this directory.
    Machine(PathBuf),
    /// The server which the feature `bundled` carries along.
    Bundled,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machine(dir) => write!(f, "{}", dir.display()),
            Self::Bundled => f.write_str("bundled"),
        }
    }
}

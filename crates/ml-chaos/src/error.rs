use std::error;
use std::fmt;

/// A trial could not be held: what failed is the harness, or the server, and not what is put to the test.
#[derive(Debug)]
pub struct Error(Box<dyn error::Error + Send + Sync>);

impl Error {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Error(what.into().into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the trial could not be held: {}", self.0)
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.0.source()
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        Error(error.into())
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Error(error.into())
    }
}

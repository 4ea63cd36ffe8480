use std::fmt;
use std::time::Duration;

/// Who has a content at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The process of the server that serves it: an operator may end it, and with it the load, by `pg_terminate_backend`.
    pub process: i32,
    /// How long its transaction has been open; `None` when this role may not see that.
    pub age: Option<Duration>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} of the server", self.process)?;
        match self.age {
            Some(age) => write!(f, ", for {} s", age.as_secs()),
            None => Ok(()),
        }
    }
}

//! What a client's errors become: a kind to act on, and a cause without the values of rows.

use ml_core::{Error, Kind};
use tokio_postgres::error::{DbError, SqlState};

use crate::class;

/// Turns the client's error into ours, saying what was being done.
pub(crate) trait Doing<T> {
    fn doing(self, what: impl Into<String>) -> ml_core::Result<T>;
}

impl<T> Doing<T> for Result<T, tokio_postgres::Error> {
    fn doing(self, what: impl Into<String>) -> ml_core::Result<T> {
        self.map_err(|error| failure(what, &error))
    }
}

/// What the server or the connection said.
#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error("{message} (SQLSTATE {code})")]
    Server { code: String, message: String },
    #[error("{0}; has the connection gone?")]
    Connection(String),
}

pub(crate) fn failure(what: impl Into<String>, error: &tokio_postgres::Error) -> Error {
    let failure = match error.as_db_error() {
        Some(said) => Error::new(kind(said.code()), what).because(server(said)),
        None => Error::storage(what).because(Cause::Connection(innermost(error))),
    };
    failure.classed(class::of(error))
}

/// Serialisation failure, deadlock, lock not available: another one was faster.
fn kind(code: &SqlState) -> Kind {
    match code.code() {
        "40001" | "40P01" | "55P03" => Kind::Conflict,
        _ => Kind::Storage,
    }
}

/// DETAIL and CONTEXT carry values of rows and are left out; in class 22 the message itself does.
fn server(said: &DbError) -> Cause {
    let code = said.code().code().to_owned();
    let mut message = if code.starts_with("22") {
        String::from("the server refused a value")
    } else {
        said.message().to_owned()
    };
    for (what, name) in [("table", said.table()), ("column", said.column())] {
        if let Some(name) = name {
            message.push_str(&format!(", {what} {name}"));
        }
    }
    Cause::Server { code, message }
}

fn innermost(error: &tokio_postgres::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

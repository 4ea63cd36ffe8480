//! What can go wrong, said to the person who has to put it right.

use std::{fmt, io, path::PathBuf};

/// Why a private server did not start or stop.
///
/// `Debug` says the same as `Display`: it is what `main` and `unwrap` print, for people too.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no PostgreSQL server on this machine that could be used.
    #[error(
        "no PostgreSQL server (15 or newer) was found; tried:\n{}\n{advice}",
        indented(tried)
    )]
    NotFound {
        /// Every place that was looked at, and why it was of no use.
        tried: Vec<String>,
        /// What to install on this system.
        advice: String,
    },

    /// `PGBIN` is set, and the directory it names holds no server that could be used.
    #[error(
        "PGBIN is {}, which holds no PostgreSQL server (15 or newer) that works: {why}; \
         set it to the directory of `postgres` and `initdb`, or unset it",
        .dir.display()
    )]
    Pgbin {
        /// The value of `PGBIN`.
        dir: PathBuf,
        /// What is wrong with it.
        why: String,
    },

    /// Another process runs a server on the kept directory.
    #[error(
        "{} is in use by process {process}: stop that one first, or use another directory",
        .dir.display()
    )]
    InUse {
        /// The kept directory.
        dir: PathBuf,
        /// The process which started the server there.
        process: u32,
    },

    /// The kept directory was made by another major version of PostgreSQL.
    #[error(
        "{} was made by PostgreSQL {made}, and the server found is PostgreSQL {found}: set PGBIN \
         to the bin directory of PostgreSQL {made}, or carry the data over with its pg_dump, or \
         remove the directory to begin again",
        .dir.display()
    )]
    OtherVersion {
        /// The kept directory.
        dir: PathBuf,
        /// The major version that made it.
        made: u32,
        /// The major version that was found.
        found: u32,
    },

    /// Root started the server, and the account it runs as cannot get at the directory.
    #[error(
        "a server started by root runs as `{account}`, which cannot enter {}: use a directory \
         elsewhere than {}, or let others pass with `chmod o+x {}`",
        .closed.display(), .dir.display(), .closed.display()
    )]
    Unreachable {
        /// The directory the server needs.
        dir: PathBuf,
        /// The directory above it which is closed.
        closed: PathBuf,
        /// The account the server runs as.
        account: String,
    },

    /// A program of PostgreSQL failed.
    #[error("{} failed: {said}", .program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// What it said.
        said: String,
    },

    /// The server did not come up.
    #[error("the PostgreSQL server did not start: {why}; the end of its log:\n{log}")]
    Start {
        /// What was seen.
        why: String,
        /// The end of the log of the server.
        log: String,
    },

    /// The server did not go down cleanly.
    #[error("the PostgreSQL server did not stop cleanly ({status}); the end of its log:\n{log}")]
    Stop {
        /// How the server ended.
        status: String,
        /// The end of the log of the server.
        log: String,
    },

    /// The bundled server cannot be unpacked.
    #[error("the bundled PostgreSQL cannot be used: {why}")]
    Bundle {
        /// What is wrong with it.
        why: String,
    },

    /// This system has no Unix processes and sockets.
    #[error("a private server can only be started on Unix: {advice}")]
    Platform {
        /// What to do instead.
        advice: String,
    },

    /// The operating system refused something.
    #[error("cannot {doing}: {source}")]
    Io {
        /// What was being done.
        doing: String,
        /// What the operating system said.
        source: io::Error,
    },
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn indented(lines: &[String]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

//! A server that runs.

use crate::{
    binaries::Binaries,
    doing::Doing,
    error::Error,
    launch::{Launch, end_of},
    origin::Origin,
    password::Password,
    places,
    supervisor::Supervisor,
};
use std::{
    fmt::{self, Write as _},
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A private server which runs as long as this does: dropping it stops the server.
pub struct Cluster {
    // Dropped in this order: the server goes before its directory.
    pub(crate) supervisor: Supervisor,
    pub(crate) scratch: TempDir,
    pub(crate) binaries: Binaries,
    pub(crate) password: Password,
    pub(crate) process: u32,
    pub(crate) port: u16,
    pub(crate) log: PathBuf,
}

impl Cluster {
    /// A server on a directory which stays, created the first time: as durable as any, there again
    /// at the next start, and whole even after a kill.
    ///
    /// The directory holds the `data`, the `log` of the last run, and the `password` in a file
    /// which only its owner can read.
    pub fn kept(dir: impl Into<PathBuf>) -> Launch {
        Launch::new(Some(dir.into()))
    }

    /// A server whose directory goes with it, and which never waits for the disk.
    pub fn temporary() -> Launch {
        Launch::new(None)
    }

    /// The connection string of a database, password included, over the loopback address.
    pub fn url(&self, database: &str) -> String {
        let (password, port) = (self.password.reveal(), self.port);
        format!(
            "postgres://postgres:{password}@127.0.0.1:{port}/{}",
            escaped(database)
        )
    }

    /// The directory of the Unix socket, which asks for no password and which only the account of
    /// the server, and root, can enter.
    pub fn socket(&self) -> &Path {
        self.scratch.path()
    }

    /// The port, of the loopback address and of the Unix socket.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The major version of the server.
    pub fn version(&self) -> u32 {
        self.binaries.major
    }

    /// Where the server comes from.
    pub fn origin(&self) -> &Origin {
        &self.binaries.origin
    }

    /// The process of the server, parent of all its others.
    pub fn process_id(&self) -> u32 {
        self.process
    }

    /// The file the server writes its log to.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// A program such as `psql`, from beside the server or else from `PATH`.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        let beside = Some(self.binaries.program(name)).filter(|file| file.is_file());
        beside.or_else(|| places::on_path(name).next())
    }

    /// Stops the server and waits until it is gone: a kept one finishes its work, a temporary one
    /// just goes.
    ///
    /// # Errors
    ///
    /// [`Error::Stop`] when the server did not end by itself, having crashed or been killed.
    pub fn stop(mut self) -> Result<(), Error> {
        let status = self
            .supervisor
            .stop()
            .doing("stop the server of", self.scratch.path())?;
        if status.success() {
            return Ok(());
        }
        Err(Error::Stop {
            status: status.to_string(),
            log: end_of(&self.log),
        })
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("version", &self.binaries.version)
            .field("origin", &self.binaries.origin)
            .field("process", &self.process)
            .field("port", &self.port)
            .field("socket", &self.scratch.path())
            .finish_non_exhaustive()
    }
}

/// A name as part of a URL.
fn escaped(name: &str) -> String {
    name.bytes().fold(String::new(), |mut text, byte| {
        let _ = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                write!(text, "{}", byte as char)
            }
            _ => write!(text, "%{byte:02X}"),
        };
        text
    })
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_database_may_have_any_name() {
        assert_eq!(escaped("mine_1"), "mine_1");
        assert_eq!(escaped("a/b ü"), "a%2Fb%20%C3%BC");
    }
}

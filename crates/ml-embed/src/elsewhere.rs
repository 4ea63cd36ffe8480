//! The same interface on systems without Unix processes and sockets, where no server is started.

use crate::{advice, error::Error, origin::Origin};
use std::{
    convert::Infallible,
    net::IpAddr,
    path::{Path, PathBuf},
};

/// A private server: there is none on this system.
#[derive(Debug)]
pub struct Cluster(Infallible);

/// A server to be started: on this system it is not.
#[derive(Debug, Clone)]
#[must_use = "nothing is started before `start`"]
pub struct Launch(());

impl Launch {
    /// Makes no difference on this system.
    pub fn durable(self) -> Self {
        self
    }

    /// Makes no difference on this system.
    pub fn port(self, _: u16) -> Self {
        self
    }

    /// Makes no difference on this system.
    pub fn address(self, _: IpAddr) -> Self {
        self
    }

    /// Makes no difference on this system.
    pub fn setting(self, _: impl Into<String>, _: impl Into<String>) -> Self {
        self
    }

    /// Starts nothing.
    ///
    /// # Errors
    ///
    /// Always [`Error::Platform`].
    pub fn start(self) -> Result<Cluster, Error> {
        Err(Error::Platform {
            advice: advice::install(),
        })
    }
}

impl Cluster {
    /// A server on a directory which stays.
    pub fn kept(_: impl Into<PathBuf>) -> Launch {
        Launch(())
    }

    /// A server whose directory goes with it.
    pub fn temporary() -> Launch {
        Launch(())
    }

    /// The connection string of a database.
    pub fn url(&self, _: &str) -> String {
        match self.0 {}
    }

    /// The directory of the Unix socket.
    pub fn socket(&self) -> &Path {
        match self.0 {}
    }

    /// The port.
    pub fn port(&self) -> u16 {
        match self.0 {}
    }

    /// The major version of the server.
    pub fn version(&self) -> u32 {
        match self.0 {}
    }

    /// Where the server comes from.
    pub fn origin(&self) -> &Origin {
        match self.0 {}
    }

    /// The process of the server.
    pub fn process_id(&self) -> u32 {
        match self.0 {}
    }

    /// The file the server writes its log to.
    pub fn log(&self) -> &Path {
        match self.0 {}
    }

    /// A program such as `psql`.
    pub fn program(&self, _: &str) -> Option<PathBuf> {
        match self.0 {}
    }

    /// Stops the server.
    ///
    /// # Errors
    ///
    /// None: there is no server to stop.
    pub fn stop(self) -> Result<(), Error> {
        match self.0 {}
    }
}

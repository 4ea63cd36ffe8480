use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use ml_embed::{Cluster, Launch};
use tempfile::TempDir;

use crate::signal::children;
use crate::{Link, Signal};

/// A PostgreSQL server of a test's own, to be broken: it flushes to disk, keeps its directory and its address over any end, and
/// goes when it is dropped.
#[derive(Debug)]
pub struct Server {
    cluster: Option<Cluster>,
    launch: Launch,
    dir: TempDir,
}

/// How a server ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// In good order: sessions are ended, everything is written.
    Fast,
    /// At once, as when the machine loses its power: it recovers at the next start.
    Immediate,
}

/// The data of a server as they were.
#[derive(Debug)]
pub struct Backup(TempDir);

impl Server {
    /// Starts one, with settings for its `postgresql.conf`.
    ///
    /// # Errors
    /// As [`Launch::start`].
    pub fn start(settings: &[(&str, &str)]) -> Result<Self, ml_embed::Error> {
        Server::launch(settings, |launch| launch)
    }

    /// Starts one that is reached by way of a link, too.
    ///
    /// # Errors
    /// As [`Launch::start`].
    pub fn start_at(link: &Link, settings: &[(&str, &str)]) -> Result<Self, ml_embed::Error> {
        Server::launch(settings, |launch| launch.address(link.address().into()))
    }

    fn launch(
        settings: &[(&str, &str)],
        way: impl FnOnce(Launch) -> Launch,
    ) -> Result<Self, ml_embed::Error> {
        let dir = tempfile::tempdir().map_err(|source| ml_embed::Error::Io {
            doing: String::from("create a directory for a server"),
            source,
        })?;
        let mut launch = way(Cluster::kept(dir.path()));
        for (name, value) in settings {
            launch = launch.setting(*name, *value);
        }
        let cluster = launch.clone().start()?;
        let port = cluster.port();
        Ok(Server {
            cluster: Some(cluster),
            launch: launch.port(port),
            dir,
        })
    }

    /// The connection string of a database, the same whatever becomes of the server.
    ///
    /// # Panics
    /// While the server is down.
    pub fn url(&self, database: &str) -> String {
        self.cluster().url(database)
    }

    /// Its directory: `data` is in it, and `log`.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The process that all its others are children of.
    ///
    /// # Panics
    /// While the server is down.
    pub fn process(&self) -> u32 {
        self.cluster().process_id()
    }

    /// Ends it, and waits until it is gone. One that is down stays so.
    ///
    /// # Errors
    /// When it cannot be told.
    pub fn stop(&mut self, end: Halt) -> io::Result<()> {
        let Some(cluster) = self.cluster.take() else {
            return Ok(());
        };
        let signal = match end {
            Halt::Fast => Signal::Interrupt,
            Halt::Immediate => Signal::Quit,
        };
        signal.send(&[cluster.process_id()])?;
        // that it did not go in good order is what was asked for
        let _ = cluster.stop();
        Ok(())
    }

    /// Starts it again on the directory and the address that it had, and returns when it lets clients in.
    ///
    /// # Errors
    /// As [`Launch::start`].
    pub fn start_again(&mut self) -> Result<(), ml_embed::Error> {
        if self.cluster.is_none() {
            self.cluster = Some(self.launch.clone().start()?);
        }
        Ok(())
    }

    /// Lets all its processes stand still, sessions and all: it is reached, and says nothing.
    ///
    /// # Errors
    /// When they cannot be told.
    ///
    /// # Panics
    /// While the server is down.
    pub fn pause(&self) -> io::Result<()> {
        // the parent first, so that there are no children it has not had yet
        Signal::Stop.send(&[self.process()])?;
        // one that has gone by itself meanwhile stands still, too
        let _ = Signal::Stop.send(&children(self.process())?);
        Ok(())
    }

    /// Lets them go on.
    ///
    /// # Errors
    /// When they cannot be told.
    ///
    /// # Panics
    /// While the server is down.
    pub fn resume(&self) -> io::Result<()> {
        let _ = Signal::Continue.send(&children(self.process())?);
        Signal::Continue.send(&[self.process()])
    }

    /// Copies the data of a server that is down.
    ///
    /// # Errors
    /// When they cannot be copied.
    pub fn back_up(&self) -> io::Result<Backup> {
        let copy = tempfile::tempdir()?;
        copy_tree(&self.data(), &copy.path().join("data"))?;
        Ok(Backup(copy))
    }

    /// Puts older data in the place of those of a server that is down.
    ///
    /// # Errors
    /// When they cannot be copied.
    pub fn restore(&self, copy: &Backup) -> io::Result<()> {
        std::fs::remove_dir_all(self.data())?;
        copy_tree(&copy.0.path().join("data"), &self.data())
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    #[expect(clippy::expect_used, reason = "documented as a panic of its callers")]
    fn cluster(&self) -> &Cluster {
        self.cluster.as_ref().expect("the server is up")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // what stands still cannot go
        if self.cluster.is_some() {
            let _ = self.resume();
        }
    }
}

/// Owners and rights with it.
fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    let copied = Command::new("cp").arg("-Rp").arg(from).arg(to).status()?;
    match copied.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!(
            "cannot copy {} to {}",
            from.display(),
            to.display()
        ))),
    }
}

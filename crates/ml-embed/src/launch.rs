//! How a server is started.

use crate::{
    account::Account,
    binaries::{Binaries, last},
    cache::Cache,
    cluster::Cluster,
    doing::Doing,
    error::Error,
    home::Home,
    network::Network,
    password::Password,
    postmaster::Postmaster,
    search::Search,
    settings::Settings,
    supervisor::Supervisor,
};
use std::{
    fs,
    net::{IpAddr, TcpListener},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A server replays its log after a crash, which takes as long as it takes; but not for ever.
const PATIENCE: Duration = Duration::from_secs(300);

/// What passes by itself: a port that was taken since it was seen free, and the children of a
/// killed server which have not noticed yet.
const PASSING: [&str; 2] = [
    "could not create any TCP/IP sockets",
    "pre-existing shared memory block",
];
const ATTEMPTS: u32 = 50;

/// A server to be started: see [`Cluster::kept`] and [`Cluster::temporary`].
#[derive(Debug, Clone)]
#[must_use = "nothing is started before `start`"]
pub struct Launch {
    kept: Option<PathBuf>,
    durable: bool,
    port: Option<u16>,
    network: Option<Network>,
    extra: Vec<(String, String)>,
}

impl Launch {
    pub(crate) fn new(kept: Option<PathBuf>) -> Self {
        Self {
            durable: kept.is_some(),
            kept,
            port: None,
            network: None,
            extra: Vec::new(),
        }
    }

    /// Flushes to disk as a server with a kept directory does, although the directory is temporary:
    /// for measuring what durability costs.
    pub fn durable(mut self) -> Self {
        self.durable = true;
        self
    }

    /// Takes this port and no other, such as the one of the server that was there before: its clients find it again.
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Listens at this address of the machine, too, and lets in whoever is in one of its networks and knows the password.
    pub fn address(mut self, address: IpAddr) -> Self {
        self.network = Some(Network(address));
        self
    }

    /// Adds a setting to the `postgresql.conf` of the server.
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.push((name.into(), value.into()));
        self
    }

    /// Starts the server, and returns when it lets clients in.
    ///
    /// The first start on a machine takes a second or two more: it initialises a data directory,
    /// which later starts copy.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] or [`Error::Pgbin`] without a server to start; [`Error::InUse`] or
    /// [`Error::OtherVersion`] for a kept directory that cannot be served; [`Error::Start`], with
    /// the end of its log, for a server that does not come up, as with a setting it does not know.
    pub fn start(self) -> Result<Cluster, Error> {
        let account = Account::current()?;
        let scratch = account.scratch()?;
        let home = match &self.kept {
            Some(dir) => Home::kept(dir, &account)?,
            None => Home::temporary(scratch.path()),
        };
        let cache = Cache::open(&account, scratch.path())?;
        let binaries = Search::of(home.version(), &account).run(&cache)?;
        let password = home.prepare(&binaries, &cache)?;
        self.serve(home, binaries, scratch, password)
    }

    fn serve(
        &self,
        home: Home,
        binaries: Binaries,
        scratch: TempDir,
        password: Password,
    ) -> Result<Cluster, Error> {
        let mut attempt = 1;
        let (supervisor, process, port) = loop {
            match self.attempt(&home, &binaries, scratch.path()) {
                Err(Error::Start { log, .. }) if attempt < ATTEMPTS && passes(&log) => {
                    attempt += 1;
                    thread::sleep(Duration::from_millis(100));
                }
                started => break started?,
            }
        };
        Ok(Cluster {
            supervisor,
            process,
            port,
            password,
            log: home.log(),
            binaries,
            scratch,
        })
    }

    fn attempt(
        &self,
        home: &Home,
        binaries: &Binaries,
        scratch: &Path,
    ) -> Result<(Supervisor, u32, u16), Error> {
        let port = match self.port {
            Some(port) => port,
            None => free_port()?,
        };
        let mut settings = self.settings(port, scratch);
        if let Some(network) = &self.network {
            network.open(&mut settings, &home.data(), &binaries.account)?;
        }
        settings.write(&home.data(), &binaries.account)?;
        let before = Postmaster::read(&home.data());
        let mut supervisor = Supervisor::start(home, binaries, scratch)?;
        let process = ready(&mut supervisor, home, before.as_ref())?;
        Ok((supervisor, process, port))
    }

    fn settings(&self, port: u16, socket: &Path) -> Settings {
        let mut settings = match (&self.kept, self.durable) {
            (Some(_), _) => Settings::kept(),
            (None, true) => Settings::durable(),
            (None, false) => Settings::careless(),
        };
        for (name, value) in &self.extra {
            settings.set(name, value);
        }
        // Last, for the cluster could not be found under others.
        settings.set("port", port.to_string());
        settings.set("unix_socket_directories", socket.to_string_lossy());
        settings
    }
}

fn passes(log: &str) -> bool {
    PASSING.iter().any(|words| log.contains(words))
}

fn free_port() -> Result<u16, Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    Ok(listener
        .doing("find a free port on", Path::new("127.0.0.1"))?
        .port())
}

/// Waits until the server lets clients in; returns its process.
fn ready(
    supervisor: &mut Supervisor,
    home: &Home,
    before: Option<&Postmaster>,
) -> Result<u32, Error> {
    let failed = |why: String| Error::Start {
        why,
        log: end_of(&home.log()),
    };
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let now = Postmaster::read(&home.data()).filter(|now| Some(now) != before);
        if let Some(process) = now.and_then(|now| now.ready()) {
            return Ok(process);
        }
        if let Some(status) = supervisor.ended() {
            return Err(failed(status.to_string()));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Err(failed(format!("not ready after {} s", PATIENCE.as_secs())))
}

/// The end of a log, for an error.
pub(crate) fn end_of(log: &Path) -> String {
    last(&fs::read_to_string(log).unwrap_or_default(), 12)
}

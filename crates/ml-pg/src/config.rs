use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ml_core::{Error, Result};
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::config::{Host, SslMode};

/// Connections in the pool when nothing else is said.
pub const DEFAULT_SLOTS: usize = 8;

/// How long silence of the other end is borne when nothing else is said.
const SILENCE: Duration = Duration::from_secs(30);

/// How often a peer that says nothing is asked whether it is there.
const PROBES: u32 = 3;

/// Measured reasons: text forms must not depend on the server, and a load must not be cut by a timeout of statements.
const PINNED: &str = "-c datestyle=ISO,YMD -c timezone=UTC -c client_encoding=UTF8 -c search_path=pg_catalog \
    -c standard_conforming_strings=on -c synchronous_commit=on -c lock_timeout=5s -c statement_timeout=0 \
    -c idle_in_transaction_session_timeout=0 \
    -c default_transaction_isolation=read\\ committed -c default_transaction_read_only=off -c extra_float_digits=1";

/// Where the database is and how to talk to it; `Debug` shows neither password nor options.
#[derive(Clone)]
pub struct Config {
    pub(crate) server: tokio_postgres::Config,
    /// Options of the host's own.
    given: String,
    pub(crate) roots: Option<PathBuf>,
    pub(crate) slots: usize,
    pub(crate) silence: Duration,
}

impl Config {
    /// Reads a connection string: `postgres://user:password@host:port/database?sslmode=verify-full` or
    /// `host=… user=…`.
    ///
    /// TLS is required, and the certificate and its host name verified, unless the host is local or `sslmode`
    /// says otherwise. `verify-ca` and `verify-full` are accepted and mean the same. `sslrootcert` names a PEM file
    /// to trust instead of the system's roots.
    ///
    /// # Errors
    /// [`Config`](ml_core::Kind::Config) when it cannot be read; the message never repeats it.
    pub fn new(url: &SecretString) -> Result<Self> {
        let Split {
            rest,
            sslmode,
            roots,
        } = Split::of(url.expose_secret());
        // The client's own error may repeat a part of the string.
        let server = rest.parse().map_err(|_| unreadable())?;
        Config::of(server, sslmode.as_deref(), roots)
    }

    /// The parts by themselves, where nothing needs to be encoded; TLS as in [`new`](Config::new) without `sslmode`.
    ///
    /// # Errors
    /// [`Config`](ml_core::Kind::Config) when there is no host.
    pub fn parts(
        host: &str,
        port: u16,
        database: &str,
        user: &str,
        password: &SecretString,
    ) -> Result<Self> {
        let mut server = tokio_postgres::Config::new();
        server
            .host(host)
            .port(port)
            .dbname(database)
            .user(user)
            .password(password.expose_secret());
        Config::of(server, None, None)
    }

    fn of(
        mut server: tokio_postgres::Config,
        sslmode: Option<&str>,
        roots: Option<PathBuf>,
    ) -> Result<Self> {
        if server.get_hosts().is_empty() {
            return Err(unreadable());
        }
        server.ssl_mode(ssl_mode(sslmode, &server)?);
        if server.get_application_name().is_none() {
            server.application_name("metalayer");
        }
        let given = server.get_options().map(str::to_owned);
        let config = Config {
            server,
            given: given.unwrap_or_default(),
            roots,
            slots: DEFAULT_SLOTS,
            silence: SILENCE,
        };
        Ok(config.silence(SILENCE))
    }

    /// The same, bearing silence of the server so long, at least a second; 30 seconds when nothing else is said.
    ///
    /// After that a peer that cannot be reached any more is given up, by both ends; to reach it may take a third, and so may a
    /// server that is at work, or waits for a lock, to look (one that is not on Linux does not look before its statement ends). One
    /// that can be reached and says nothing is given up after it where an answer cannot take long, at the beginning of a load,
    /// and after twice as long in the middle of its rows and at its end.
    pub fn silence(mut self, silence: Duration) -> Self {
        self.silence = silence.max(Duration::from_secs(1));
        self.pin();
        self
    }

    fn pin(&mut self) {
        // the system counts these in whole seconds
        let whole = |time: Duration| Duration::from_secs(time.as_secs().max(1));
        let (idle, interval) = (whole(self.silence / 3), whole(self.silence / 6));
        let options = format!(
            "{} {PINNED} -c tcp_keepalives_idle={} -c tcp_keepalives_interval={} -c tcp_keepalives_count={PROBES} \
             -c tcp_user_timeout={}",
            self.given,
            idle.as_secs(),
            interval.as_secs(),
            self.silence.as_millis()
        );
        // Ours come after those given: the last one wins.
        self.server
            .options(options)
            .connect_timeout(idle)
            .tcp_user_timeout(self.silence)
            .keepalives(true)
            .keepalives_idle(idle)
            .keepalives_interval(interval)
            .keepalives_retries(PROBES);
    }

    /// The same, with so many connections at most, at least one.
    pub fn slots(mut self, slots: usize) -> Self {
        self.slots = slots.max(1);
        self
    }
}

fn unreadable() -> Error {
    Error::config(
        "the connection string cannot be read: expected postgres://user:password@host:port/database \
         with every special character of the password percent-encoded",
    )
}

fn ssl_mode(given: Option<&str>, server: &tokio_postgres::Config) -> Result<SslMode> {
    let local = is_local(server);
    let weak = || {
        if !local {
            tracing::warn!("sslmode allows an unencrypted connection to a host that is not local");
        }
    };
    match given {
        None if local => Ok(SslMode::Disable),
        None | Some("require" | "verify-ca" | "verify-full") => Ok(SslMode::Require),
        Some("disable") => {
            weak();
            Ok(SslMode::Disable)
        }
        Some("prefer") => {
            weak();
            Ok(SslMode::Prefer)
        }
        Some(other) => Err(Error::config(format!(
            "sslmode is {other:?}: expected disable, prefer, require, verify-ca or verify-full"
        ))),
    }
}

fn is_local(server: &tokio_postgres::Config) -> bool {
    // An address is where it connects to, whatever the host is called.
    let mut addresses = server.get_hostaddrs().iter();
    if !addresses.all(std::net::IpAddr::is_loopback) {
        return false;
    }
    server.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            let address: Option<std::net::IpAddr> = name.trim_matches(['[', ']']).parse().ok();
            name == "localhost" || address.is_some_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

/// A connection string without what the client does not know.
struct Split {
    rest: String,
    sslmode: Option<String>,
    roots: Option<PathBuf>,
}

impl Split {
    fn of(url: &str) -> Self {
        let is_url = url.starts_with("postgres://") || url.starts_with("postgresql://");
        let (base, parameters, by) = match url.split_once('?') {
            Some((base, parameters)) if is_url => (base, parameters, '&'),
            None if is_url => (url, "", '&'),
            _ => ("", url, ' '),
        };
        let mut split = Split {
            rest: String::new(),
            sslmode: None,
            roots: None,
        };
        let kept: Vec<&str> = parameters
            .split(by)
            .filter(|parameter| !split.takes(parameter))
            .collect();
        let kept = kept.join(&by.to_string());
        split.rest = match (is_url, kept.is_empty()) {
            (true, false) => format!("{base}?{kept}"),
            (true, true) => base.to_owned(),
            (false, _) => kept,
        };
        split
    }

    fn takes(&mut self, parameter: &str) -> bool {
        match parameter.split_once('=') {
            Some(("sslmode", mode)) => self.sslmode = Some(mode.to_owned()),
            Some(("sslrootcert", path)) => {
                self.roots =
                    (path != "system").then(|| Path::new(&path.replace("%2F", "/")).to_owned());
            }
            _ => return false,
        }
        true
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("hosts", &self.server.get_hosts())
            .field("ports", &self.server.get_ports())
            .field("database", &self.server.get_dbname())
            .field("user", &self.server.get_user())
            .field("ssl_mode", &self.server.get_ssl_mode())
            .field("slots", &self.slots)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> SslMode {
        Config::new(&url.into()).unwrap().server.get_ssl_mode()
    }

    #[test]
    fn tls_is_required_where_the_host_is_not_local() {
        assert_eq!(mode("postgres://u:p@db.example.com/x"), SslMode::Require);
        assert_eq!(
            mode("postgres://u:p@db.example.com/x?sslmode=verify-full&application_name=y"),
            SslMode::Require
        );
        assert_eq!(
            mode("host=db.example.com user=u sslmode=verify-ca"),
            SslMode::Require
        );
        assert_eq!(
            mode("postgres://u:p@localhost,db.example.com/x"),
            SslMode::Require
        );
        assert_eq!(mode("postgres://u:p@localhost/x"), SslMode::Disable);
        assert_eq!(mode("postgres://u:p@127.0.0.1:5433/x"), SslMode::Disable);
        assert_eq!(mode("postgres:///x?host=/run/postgresql"), SslMode::Disable);
        assert_eq!(
            mode("postgres://u:p@localhost/x?sslmode=require"),
            SslMode::Require
        );
        assert_eq!(
            mode("host=localhost hostaddr=203.0.113.7 user=u"),
            SslMode::Require
        );
        assert!(Config::new(&"postgres://u@h/x?sslmode=whatever".into()).is_err());
    }

    #[test]
    fn the_password_is_never_shown() {
        for url in [
            "postgres://u:canary@h/x?sslmode=nope",
            "postgres://u:canary@h:port/x",
            "canary",
            "host=h password=canary port=x",
        ] {
            let error = Config::new(&url.into()).unwrap_err();
            assert!(!error.chain().contains("canary"), "{error:?}");
        }
        let config =
            Config::new(&"postgres://u:canary@h/x?options=-c%20a.b=canary".into()).unwrap();
        assert!(!format!("{config:?} {config:#?}").contains("canary"));
    }

    #[test]
    fn our_options_come_after_those_given() {
        let config = Config::new(&"postgres://u@h/x?options=-c%20timezone=CET".into()).unwrap();
        let options = config.server.get_options().unwrap();
        assert!(options.find("timezone=CET").unwrap() < options.find("timezone=UTC").unwrap());
    }
}

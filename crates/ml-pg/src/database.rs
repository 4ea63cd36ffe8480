use std::fmt;
use std::time::Duration;

use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError,
    RecyclingMethod, Runtime, TimeoutType,
};
use ml_core::{Class, Error, Result};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config as Server, IsolationLevel, NoTls, Transaction};

use crate::{Config, Table, catalogue, failure, migrations, tls};

/// `ROLLBACK` first: a leaked textual `BEGIN` survives the pool's own methods. `RESET ALL` takes back what the host
/// has set; the pinned settings stay, because they came with the connection, all but those that are settled.
const RECYCLE: &str = "ROLLBACK; SELECT pg_advisory_unlock_all(); DISCARD TEMP; RESET SESSION AUTHORIZATION; RESET ALL";
/// As long as any lock is waited for; without a limit a program could wait for itself.
const WAIT: Duration = Duration::from_secs(600);

/// How long it is before a server that closed a new connection without a word is asked again.
const AGAIN: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(200)];

/// A pool of connections with pinned settings; clones share it.
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    aside: Pool,
    config: Config,
}

impl Database {
    /// A pool that connects when it is first asked to.
    ///
    /// # Errors
    /// [`Config`](ml_core::Kind::Config) when TLS is wanted and cannot be set up.
    pub fn open(config: &Config) -> Result<Self> {
        Ok(Database {
            pool: pool(config, config.slots)?,
            aside: pool(config, 1)?,
            config: config.clone(),
        })
    }

    /// Brings the schema `meta` up to date; safe with any number of processes at once.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when an applied migration is not the one this program knows;
    /// [`Storage`](ml_core::Kind::Storage) otherwise.
    pub async fn migrate(&self) -> Result<()> {
        let mut lease = self.lease().await?;
        let (client, clean) = lease.open();
        migrations::run(client).await?;
        *clean = true;
        Ok(())
    }

    /// Creates a data table and its schema where they are missing, then checks it.
    ///
    /// # Errors
    /// As [`check`](Database::check).
    pub async fn create(&self, table: &Table) -> Result<()> {
        let mut client = self.client().await?;
        catalogue::create(&mut client, table).await?;
        catalogue::check(&client, table).await
    }

    /// Compares a data table with the live catalogue; alters nothing.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) that names every difference.
    pub async fn check(&self, table: &Table) -> Result<()> {
        catalogue::check(&*self.client().await?, table).await
    }

    /// How many connections it opens at most.
    pub fn slots(&self) -> usize {
        self.config.slots
    }

    /// How long silence of the server is borne.
    pub(crate) fn silence(&self) -> Duration {
        self.config.silence
    }

    /// A connection from the pool, for statements of the host's own.
    ///
    /// # Errors
    /// [`Storage`](ml_core::Kind::Storage) when there is none.
    pub async fn client(&self) -> Result<Object> {
        self.connection(&self.pool).await
    }

    /// A server that closes a new connection before it has said a word, as one does that cannot start a process for it just
    /// then, was not asked for anything yet: it is asked again.
    async fn connection(&self, pool: &Pool) -> Result<Object> {
        for pause in AGAIN {
            match pool.get().await {
                Err(PoolError::Backend(error)) if error.is_closed() => {
                    tokio::time::sleep(pause).await;
                }
                got => return got.map_err(|error| self.unreachable(error)),
            }
        }
        let got = pool.get().await;
        got.map_err(|error| self.unreachable(error))
    }

    /// A connection that is thrown away unless it is said to be clean.
    pub(crate) async fn lease(&self) -> Result<Lease> {
        let object = Some(self.client().await?);
        Ok(Lease {
            object,
            clean: true,
        })
    }

    /// A connection that is not one of the pool's slots, which may all be taken.
    pub(crate) async fn aside(&self) -> Result<Object> {
        self.connection(&self.aside).await
    }

    fn unreachable(&self, error: PoolError) -> Error {
        let what = format!("cannot connect to {}", place(&self.config.server));
        match error {
            PoolError::Backend(error) => unconnected(what, &error),
            PoolError::PostCreateHook(HookError::Backend(error)) => unconnected(what, &error),
            PoolError::Timeout(TimeoutType::Wait) => {
                let slots = self.config.slots;
                let hint = "each live store keeps one";
                let what =
                    format!("{what}: all {slots} connections were in use for too long; {hint}");
                Error::storage(what).classed(Class::Transient)
            }
            PoolError::Timeout(_) => Error::storage(what)
                .because(error)
                .classed(Class::Transient),
            other => Error::storage(what).because(other),
        }
    }
}

/// Nothing was sent yet, so that nothing is unknown.
fn unconnected(what: String, error: &tokio_postgres::Error) -> Error {
    let failure = failure::failure(what, error);
    match failure.class() {
        Class::Unknown => failure.classed(Class::Transient),
        _ => failure,
    }
}

/// A connection that goes back to the pool only when nothing is open on it.
pub(crate) struct Lease {
    object: Option<Object>,
    clean: bool,
}

impl Lease {
    /// Whether the last use ended well and the connection still stands.
    pub(crate) fn is_usable(&self) -> bool {
        self.clean
            && self
                .object
                .as_ref()
                .is_some_and(|object| !object.is_closed())
    }

    /// The connection, and where to note that it is clean again; it is not until then.
    #[expect(clippy::expect_used, reason = "only `drop` takes the connection out")]
    pub(crate) fn open(&mut self) -> (&mut tokio_postgres::Client, &mut bool) {
        self.clean = false;
        let client = self.object.as_mut().expect("taken only when dropped");
        (client, &mut self.clean)
    }
}

/// A transaction that reads all in one state of the database, and writes nothing.
pub(crate) async fn one_state(
    client: &mut tokio_postgres::Client,
) -> std::result::Result<Transaction<'_>, tokio_postgres::Error> {
    let begun = client.build_transaction().read_only(true);
    let begun = begun.isolation_level(IsolationLevel::RepeatableRead);
    begun.start().await
}

/// Left in the middle of something, the next statement could get another one's answer: out of the pool.
impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(object) = self.object.take()
            && !self.clean
        {
            drop(Object::take(object));
        }
    }
}

/// Settings that not every server takes, so that they cannot stand in the options: the one since 17, the other on Linux alone
/// before 16. A server that is at work, or waits for a lock, looks whether its client is there only where it is told to.
fn settled(config: &Config) -> String {
    let look = (config.silence / 3).as_millis();
    format!(
        "SELECT set_config('transaction_timeout', '0', false) WHERE current_setting('server_version_num')::integer >= 170000; \
         SELECT set_config('client_connection_check_interval', '{look}', false) \
         WHERE version() LIKE '%linux%'"
    )
}

fn pool(config: &Config, slots: usize) -> Result<Pool> {
    let settled = settled(config);
    let settle = Hook::async_fn(move |client: &mut ClientWrapper, _| {
        let settled = settled.clone();
        Box::pin(async move {
            let settled = client.batch_execute(&settled).await;
            settled.map_err(HookError::Backend)
        })
    });
    let timeout = Some(config.silence);
    Pool::builder(manager(config)?)
        .max_size(slots)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAIT))
        .create_timeout(timeout)
        .recycle_timeout(timeout)
        .post_create(settle)
        .build()
        .map_err(|error| Error::config("cannot build the pool").because(error))
}

fn manager(config: &Config) -> Result<Manager> {
    let recycling_method = RecyclingMethod::Custom(format!("{RECYCLE}; {}", settled(config)));
    let how = ManagerConfig { recycling_method };
    let server = config.server.clone();
    Ok(match config.server.get_ssl_mode() {
        SslMode::Disable => Manager::from_config(server, NoTls, how),
        _ => Manager::from_config(server, tls::connector(config.roots.as_deref())?, how),
    })
}

/// Hosts, ports and database, for people.
fn place(server: &Server) -> String {
    let hosts: Vec<String> = server
        .get_hosts()
        .iter()
        .map(|host| match host {
            tokio_postgres::config::Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
        })
        .collect();
    let port = server.get_ports().first().copied().unwrap_or(5432);
    let database = server.get_dbname().unwrap_or("the user's database");
    format!("{} port {port}, {database}", hosts.join(", "))
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Database").field(&self.config).finish()
    }
}

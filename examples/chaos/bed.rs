//! A server, a template to copy databases from, and what a run that nothing breaks comes to.

use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ml_chaos::{Digest, End, FailPoint, Proxy, Steps, Victim};
use ml_embed::Cluster;
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use super::{Failure, subject};

/// Where rounds take place.
pub struct Bed {
    admin: Client,
    /// Databases that are not needed any more.
    used: Mutex<Vec<String>>,
    pub clean: Clean,
    folder: TempDir,
    command: fn() -> Command,
    cluster: Cluster,
}

/// What a run comes to that nothing breaks.
pub struct Clean {
    pub digest: Digest,
    pub steps: Steps,
    /// How many messages go to the server.
    pub messages: u64,
    pub took: Duration,
}

/// A database of its own.
pub struct Ground<'a> {
    pub bed: &'a Bed,
    pub url: String,
    pub client: Client,
    name: String,
}

/// What a database is a copy of.
#[derive(Debug, Clone, Copy)]
pub enum Base {
    /// Of one with nothing in it: a run makes its schema and tables first.
    Empty,
    /// Of one with schema and tables.
    Prepared,
}

const TEMPLATE: &str = "chaos_template";

const PATIENCE: Duration = Duration::from_secs(1);
const DEADLINE: Duration = Duration::from_secs(60);

/// Databases that are dropped at once, of 12 MB each.
const AT_ONCE: usize = 40;

impl Bed {
    /// A server of its own that flushes to disk; a run is a process that `command` starts.
    pub async fn start(command: fn() -> Command) -> Result<Self, Failure> {
        // compiling queries takes longer than running them over so few rows
        let launch = || Cluster::temporary().durable().setting("jit", "off").start();
        let cluster = tokio::task::spawn_blocking(launch).await??;
        let admin = connect(&cluster.url("postgres")).await?;
        admin
            .batch_execute(&format!("CREATE DATABASE {TEMPLATE}"))
            .await?;
        subject::prepare(&cluster.url(TEMPLATE)).await?;
        let folder = tempfile::tempdir()?;
        subject::files(folder.path())?;
        let mut bed = Bed {
            admin,
            used: Mutex::default(),
            clean: Clean {
                digest: Digest::default(),
                steps: Steps::default(),
                messages: 0,
                took: Duration::ZERO,
            },
            folder,
            command,
            cluster,
        };
        bed.clean = bed.run_whole().await?;
        Ok(bed)
    }

    async fn run_whole(&self) -> Result<Clean, Failure> {
        let ground = self.ground("chaos_clean", Base::Prepared).await?;
        let proxy = Proxy::start(&ground.url).await?;
        let began = Instant::now();
        let mut victim = self.victim(&proxy.url(), &[])?;
        let end = victim.wait().await?;
        if end != End::Finished {
            return Err(format!("the run fails before anything is broken: {end:?}").into());
        }
        let clean = Clean {
            digest: subject::digest(&ground.client).await?,
            steps: victim.steps(),
            messages: proxy.messages(),
            took: began.elapsed(),
        };
        ground.clear().await?;
        Ok(clean)
    }

    /// How long the server has to notice that a process is gone: a second, or longer where the machine is so busy that a run
    /// takes more than two.
    pub fn patience(&self) -> Duration {
        PATIENCE.max(self.clean.took / 2)
    }

    /// How long any run may take.
    pub fn deadline(&self) -> Duration {
        DEADLINE.max(self.clean.took * 20)
    }

    /// A run in a process of its own.
    pub fn victim(&self, url: &str, points: &[FailPoint]) -> Result<Victim, Failure> {
        let mut command = (self.command)();
        command.env(subject::FOLDER, self.folder.path());
        Ok(Victim::start(command, url, points)?)
    }

    /// A database of this name.
    pub async fn ground(&self, name: &str, base: Base) -> Result<Ground<'_>, Failure> {
        let template = match base {
            Base::Empty => "template1",
            Base::Prepared => TEMPLATE,
        };
        let again = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
        // on a connection of its own: rounds do not wait for each other
        let admin = connect(&self.cluster.url("postgres")).await?;
        admin.batch_execute(&again).await?;
        admin.batch_execute(&create).await?;
        let url = self.cluster.url(name);
        Ok(Ground {
            bed: self,
            client: connect(&url).await?,
            url,
            name: name.to_owned(),
        })
    }

    /// Drops databases, many at once: each time the server flushes all that it has in memory.
    async fn drop_used(&self, name: String) -> Result<(), Failure> {
        let names = {
            let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
            used.push(name);
            match used.len() < AT_ONCE {
                true => return Ok(()),
                false => std::mem::take(&mut *used),
            }
        };
        for name in names {
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            self.admin.batch_execute(&drop).await?;
        }
        Ok(())
    }

    /// The version of the server.
    pub async fn version(&self) -> Result<String, Failure> {
        Ok(self
            .admin
            .query_one("SHOW server_version", &[])
            .await?
            .get(0))
    }
}

impl Ground<'_> {
    /// Says that the database is not needed any more.
    pub async fn clear(self) -> Result<(), Failure> {
        let Ground {
            bed, name, client, ..
        } = self;
        drop(client);
        bed.drop_used(name).await
    }

    /// How many loads were applied.
    pub async fn applied(&self) -> Result<u64, Failure> {
        const THERE: &str = "SELECT to_regclass('meta.load') IS NOT NULL";
        const APPLIED: &str = "SELECT count(*) FROM meta.load WHERE state = 'applied'";
        let there: bool = self.client.query_one(THERE, &[]).await?.get(0);
        match there {
            true => Ok(self
                .client
                .query_one(APPLIED, &[])
                .await?
                .get::<_, i64>(0)
                .unsigned_abs()),
            false => Ok(0),
        }
    }

    /// The sessions of everybody else.
    pub async fn sessions(&self) -> Result<Vec<i32>, Failure> {
        const OTHERS: &str = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let rows = self.client.query(OTHERS, &[]).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Ends sessions, as an operator does.
    pub async fn end(&self, sessions: &[i32]) -> Result<(), Failure> {
        const END: &str = "SELECT pg_terminate_backend(pid) FROM unnest($1::integer[]) AS pid";
        self.client.query(END, &[&sessions]).await?;
        Ok(())
    }
}

async fn connect(url: &str) -> Result<Client, Failure> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

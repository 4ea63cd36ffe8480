//! Where the rows go: the database of the settings, or the embedded default.

use std::error::Error;
use std::fmt::{self, Display};
use std::io::{self, IsTerminal};
use std::path::Path;

use metalayer::Settings;
use metalayer::core::{Fingerprint, Ident};
use metalayer::pg::{Config, Database};
use ml_embed::Cluster;

/// Where the example keeps what it makes.
pub const HOME: &str = ".metalayer";

/// A database and, when it is the embedded one, its server, which runs as long as this.
pub struct Place {
    database: Database,
    embedded: Option<(Cluster, String)>,
}

impl Place {
    /// The database of the settings; else one for this folder on a server of its own.
    pub async fn open(settings: &Settings, folder: &Path) -> Result<Self, Box<dyn Error>> {
        if let Some(config) = &settings.database {
            return Ok(Place {
                database: Database::open(config)?,
                embedded: None,
            });
        }
        let home = Path::new(HOME).join("postgres");
        std::fs::create_dir_all(HOME)?;
        let cluster = tokio::task::spawn_blocking(move || start(&home)).await??;
        let name = name(folder)?;
        let config = |name: &str| Config::new(&cluster.url(name).into());
        let admin = Database::open(&config("postgres")?)?;
        create(&admin, &name).await?;
        let database = Database::open(&config(&name)?.slots(settings.slots()))?;
        Ok(Place {
            database,
            embedded: Some((cluster, name)),
        })
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Says where to look next, and keeps an embedded server up while someone at a terminal looks.
    pub fn wait(&self) -> io::Result<()> {
        let Some((cluster, name)) = &self.embedded else {
            println!("\nLook next: psql \"$DATABASE_URL\" -c 'TABLE gold.v_executive_summary'");
            return Ok(());
        };
        // The socket's directory is private, so it takes no password.
        let (socket, port) = (cluster.socket().display(), cluster.port());
        println!(
            "\nLook next: psql \"host={socket} port={port} user=postgres dbname={name}\" -c 'TABLE gold.v_executive_summary'"
        );
        if io::stdin().is_terminal() && io::stdout().is_terminal() {
            println!("The server runs until you press Enter.");
            io::stdin().read_line(&mut String::new())?;
        } else {
            println!("The server ends with this program.");
        }
        Ok(())
    }
}

/// A kept server, or, where its account cannot enter the folder (root's server runs as another), one that goes.
fn start(home: &Path) -> Result<Cluster, ml_embed::Error> {
    match Cluster::kept(home).start() {
        Err(error @ ml_embed::Error::Unreachable { .. }) => {
            println!("{error}\nThis run takes a temporary server instead: nothing of it is kept.");
            Cluster::temporary().start()
        }
        started => started,
    }
}

/// A database for each folder, so that two runs over different files do not mix.
fn name(folder: &Path) -> Result<String, Box<dyn Error>> {
    let whole = folder.canonicalize()?;
    let hash = Fingerprint::of(whole.as_os_str().as_encoded_bytes()).to_string();
    Ok(format!("retail_{}", &hash[..8]))
}

async fn create(admin: &Database, name: &str) -> Result<(), Box<dyn Error>> {
    let client = admin.client().await?;
    let there = client
        .query_opt("SELECT FROM pg_database WHERE datname = $1", &[&name])
        .await?;
    if there.is_none() {
        client
            .batch_execute(&format!("CREATE DATABASE {}", Ident::new(name)?))
            .await?;
    }
    Ok(())
}

impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.embedded {
            Some((cluster, _)) => write!(
                f,
                "PostgreSQL {} of {}",
                cluster.version(),
                cluster.origin()
            ),
            None => f.write_str("the database of the settings"),
        }
    }
}

//! A server for all tests of this program, and a database for each.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, thread};

use metalayer::core::Begun;
use metalayer::pg::{Config, Database};
use metalayer::prelude::*;
use ml_embed::Cluster;

use crate::chaos_example::subject;

/// The server: that of `DATABASE_URL`, or one which goes when this process goes.
struct Server {
    url: Box<dyn Fn(&str) -> String + Send + Sync>,
    template: String,
}

static SERVER: OnceLock<Server> = OnceLock::new();
static COUNT: AtomicU32 = AtomicU32::new(0);

fn server() -> &'static Server {
    SERVER.get_or_init(|| {
        let url: Box<dyn Fn(&str) -> String + Send + Sync> = match env::var("DATABASE_URL") {
            Ok(given) if !given.is_empty() => Box::new(move |name| renamed(&given, name)),
            _ => {
                let cluster = Cluster::temporary()
                    .setting("max_connections", "200")
                    .start();
                let cluster = cluster.expect("tests need a PostgreSQL server");
                Box::new(move |name| cluster.url(name))
            }
        };
        let template = format!("ml_test_{}_template", std::process::id());
        alone(async {
            create(&url, &template, None).await;
            open(&url(&template), 1)
                .migrate()
                .await
                .expect("the migrations run");
        });
        Server { url, template }
    })
}

/// A connection string for another database of the same server.
fn renamed(url: &str, name: &str) -> String {
    let (base, query) = url
        .split_once('?')
        .map_or((url, String::new()), |(base, query)| {
            (base, format!("?{query}"))
        });
    let (host, _) = base
        .rsplit_once('/')
        .expect("DATABASE_URL names a database");
    format!("{host}/{name}{query}")
}

/// Runs something on a thread and a runtime of its own, from within another runtime.
fn alone<T: Send>(task: impl Future<Output = T> + Send) -> T {
    thread::scope(|scope| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        scope.spawn(move || runtime.block_on(task)).join().unwrap()
    })
}

pub fn open(url: &str, slots: usize) -> Database {
    Database::open(&Config::new(&url.into()).unwrap().slots(slots)).unwrap()
}

async fn create(url: &(dyn Fn(&str) -> String + Send + Sync), name: &str, template: Option<&str>) {
    let admin = open(&url("postgres"), 1);
    let from = template.map_or(String::new(), |template| format!(" TEMPLATE {template}"));
    admin
        .client()
        .await
        .unwrap()
        .batch_execute(&format!("CREATE DATABASE {name}{from}"))
        .await
        .unwrap();
}

/// A database of a test's own, dropped with it.
pub struct Fresh {
    pub database: Database,
    pub url: String,
    pub name: String,
}

impl Fresh {
    /// A database with an up-to-date schema `meta`.
    pub async fn migrated() -> Self {
        Fresh::like(Some(&server().template)).await
    }

    /// A database with nothing in it.
    pub async fn empty() -> Self {
        Fresh::like(None).await
    }

    /// A copy of another one, to which nobody may be connected.
    pub async fn copy(&self) -> Self {
        Fresh::like(Some(&self.name)).await
    }

    async fn like(template: Option<&str>) -> Self {
        let server = tokio::task::spawn_blocking(server).await.unwrap();
        let name = format!(
            "ml_test_{}_{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        create(&server.url, &name, template).await;
        let url = (server.url)(&name);
        Fresh {
            database: open(&url, 8),
            url,
            name,
        }
    }

    /// The first column of the first row, as text.
    pub async fn one(&self, query: &str) -> String {
        let query = format!("SELECT (({query})::text)");
        let client = self.database.client().await.unwrap();
        let row = client
            .query_one(&query, &[])
            .await
            .unwrap_or_else(|error| panic!("{query}: {error:?}"));
        row.get::<_, Option<String>>(0)
            .unwrap_or_else(|| String::from("NULL"))
    }

    pub async fn run(&self, statement: &str) {
        self.database
            .client()
            .await
            .unwrap()
            .batch_execute(statement)
            .await
            .unwrap();
    }

    /// What the tables hold, without rows marked as deleted, whatever loads and surrogate keys brought it in: one line a table.
    pub async fn digest(&self) -> String {
        let client = self.database.client().await.unwrap();
        let digest = subject::digest(&client).await.unwrap();
        digest.to_string()
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let (server, name) = (server(), self.name.clone());
        alone(async move {
            let admin = open(&(server.url)("postgres"), 1);
            let dropped = admin
                .client()
                .await
                .unwrap()
                .batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))
                .await;
            drop(dropped);
        });
    }
}

/// A load that was begun, of something that is not there yet.
pub fn begun<L>(begun: Result<Begun<L>>) -> L {
    match begun.unwrap() {
        Begun::Fresh(load) => load,
        Begun::Replayed(load) => panic!("replayed {load}"),
        Begun::Busy(_) => panic!("busy"),
    }
}

/// The folder of real data, for tests that are ignored without it.
pub fn data() -> std::path::PathBuf {
    let given = env::var_os("METALAYER_DATA").map(std::path::PathBuf::from);
    let folder = given
        .unwrap_or_else(|| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"));
    assert!(
        folder.is_dir(),
        "{} is no folder: set METALAYER_DATA",
        folder.display()
    );
    folder
}

/// Settings as they are without an environment.
pub fn settings() -> Settings {
    Settings::from_vars(|_| None).unwrap()
}

//! A server for all tests of this program, and a database for each.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use ml_chaos::Trial;
use ml_embed::Cluster;

use crate::model::Model;
use crate::session::connect;

static SERVER: OnceLock<Cluster> = OnceLock::new();
static COUNT: AtomicU32 = AtomicU32::new(0);
/// Of the files.
const SEED: u64 = 7;

fn server() -> &'static Cluster {
    SERVER.get_or_init(|| {
        Cluster::temporary()
            .start()
            .expect("tests need a PostgreSQL server")
    })
}

/// A trial of a model in a database of its own.
pub(crate) async fn trial(model: &Model) -> Trial<'_, Model> {
    let server = tokio::task::spawn_blocking(server).await.unwrap();
    let name = format!("teeth_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let admin = connect(&server.url("postgres")).await.unwrap();
    admin
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .await
        .unwrap();
    Trial::open(model, &server.url(&name), SEED).await.unwrap()
}

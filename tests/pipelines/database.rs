//! Connections, settings, migrations, TLS.

use metalayer::core::{Fingerprint, Kind, Load as _, LoadKey, Store as _};
use metalayer::pg::Config;
use metalayer::prelude::*;
use ml_chaos::{Break, Fault, Message, Proxy};

use crate::guests::{file, hotel, load, table};
use crate::support::{Fresh, begun, open};

#[tokio::test(flavor = "multi_thread")]
async fn twenty_migrate_at_once() {
    let fresh = Fresh::empty().await;
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let database = open(&fresh.url, 1);
        all.spawn(async move { database.migrate().await });
    }
    for migrated in all.join_all().await {
        migrated.unwrap();
    }
    let files = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/ml-pg/migrations");
    let files = std::fs::read_dir(files).unwrap().count();
    assert_eq!(
        fresh.one("SELECT count(*) FROM meta.migration").await,
        files.to_string()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_migration_is_found() {
    let fresh = Fresh::migrated().await;
    fresh.run("UPDATE meta.migration SET checksum = '1'").await;
    let error = fresh.database.migrate().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Contract, "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_is_pinned_and_stays_so() {
    let fresh = Fresh::empty().await;
    let url = format!(
        "{}{}options=-c%20lock_timeout=7s",
        fresh.url,
        if fresh.url.contains('?') { "&" } else { "?" }
    );
    let database = open(&url, 1);
    let show = async |name: &str| {
        let client = database.client().await.unwrap();
        client
            .query_one(&format!("SELECT current_setting('{name}')"), &[])
            .await
            .unwrap()
            .get::<_, String>(0)
    };
    database
        .client()
        .await
        .unwrap()
        .batch_execute("SET timezone = 'UTC-3'; SET synchronous_commit = off; SET client_connection_check_interval = 0; \
             BEGIN; SET LOCAL lock_timeout = '8s'")
        .await
        .unwrap();
    assert_eq!(show("timezone").await, "UTC");
    assert_eq!(show("search_path").await, "pg_catalog");
    assert_eq!(show("lock_timeout").await, "5s");
    assert_eq!(show("synchronous_commit").await, "on");
    assert_eq!(show("DateStyle").await, "ISO, YMD");
    // of a server on Linux: a third of the silence that is borne
    assert_eq!(show("client_connection_check_interval").await, "10s");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_is_an_error_without_the_password() {
    let config = Config::new(&"postgres://u:canary@127.0.0.1:1/x".into()).unwrap();
    let error = Database::open(&config)
        .unwrap()
        .migrate()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Storage);
    assert!(error.to_string().contains("127.0.0.1 port 1"), "{error}");
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
}

/// As a server does that cannot start a process for it just then.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_closed_without_a_word_is_asked_for_again() {
    let fresh = Fresh::empty().await;
    let proxy = Proxy::start(&fresh.url).await.unwrap();
    proxy.plan(Fault {
        message: Message::Nth(1),
        at: Break::Before,
    });
    drop(open(&proxy.url(), 1).client().await.unwrap());
    assert!(!proxy.is_pending());
}

/// Whatever became of its loads: who got an answer needs no second connection to ask on, and opens no other.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_keeps_its_connection() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = hotel().await;
    let proxy = Proxy::start(&fresh.url).await.unwrap();
    let sessions = || {
        proxy
            .message_types()
            .iter()
            .filter(|ty| **ty == '-')
            .count()
    };
    let database = open(&proxy.url(), 2);
    drop(database.client().await.unwrap());
    let opened = sessions();
    let mut store = Store::new(&database, &table());
    let path = file(folder.path(), "guests.csv", 10);
    for nth in 0..3 {
        let outcome = load(&path, &mut store, Gate::default()).await.unwrap();
        assert_eq!(matches!(outcome, Outcome::Applied(_)), nth == 0);
        assert_eq!(sessions(), opened, "load {nth}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_and_its_load_say_what_they_are_of() {
    let fresh = hotel().await;
    let mut store = Store::new(&fresh.database, &table());
    let said = format!("{store:?}");
    assert!(said.contains("guests"), "{said}");
    let key = LoadKey {
        source: String::from("guests.csv"),
        sha256: None,
        rules: Fingerprint::of("rules"),
    };
    let load = begun(store.begin(key).await);
    let said = format!("{load:?}");
    assert!(
        said.contains("guests") && said.contains(&format!("{:?}", load.id())),
        "{said}"
    );
}

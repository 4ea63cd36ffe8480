//! C4, C5, P7: what a server is set to changes no value.

use std::path::PathBuf;
use std::sync::Arc;

use metalayer::core::Silent;
use metalayer::pg::Joined;
use metalayer::prelude::*;

use crate::retail::pipeline::Retail;
use crate::retail::sale::{Sale, bronze_rules};
use crate::sample_month::{month, run};
use crate::support::{Fresh, open, settings};

const HOSTILE: [&str; 5] = [
    "DateStyle = 'SQL, DMY'",
    "TimeZone = 'America/New_York'",
    "IntervalStyle = 'sql_standard'",
    "search_path = 'bronze, public'",
    "extra_float_digits = -15",
];

/// A database that brings these settings to every session.
async fn set_so(settings: &[&str]) -> Fresh {
    let fresh = Fresh::migrated().await;
    for setting in settings {
        let database = &fresh.name;
        fresh
            .run(&format!("ALTER DATABASE {database} SET {setting}"))
            .await;
    }
    fresh
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_of_a_database_change_no_table() {
    let (_folder, _, files) = month(300).await;
    let mut digests = Vec::new();
    for settings_of in [
        &[][..],
        &HOSTILE,
        &[
            "DateStyle = 'German'",
            "TimeZone = 'Asia/Kolkata'",
            "bytea_output = 'escape'",
        ],
    ] {
        let fresh = set_so(settings_of).await;
        // connections made after the settings
        let database = open(&fresh.url, 4);
        run(&Retail::open(&database, &settings()).await.unwrap(), &files).await;
        digests.push(fresh.digest().await);
    }
    assert!(digests[0].contains("silver.sales"));
    assert_eq!(digests[1], digests[0]);
    assert_eq!(digests[2], digests[0]);
}

/// In the host's own session nothing is pinned: names are qualified, and values are binary.
#[tokio::test(flavor = "multi_thread")]
async fn the_settings_of_the_hosts_session_change_no_table() {
    let (_folder, _, files) = month(300).await;
    let expected = in_session(&files, &[]).await;
    assert!(!expected.contains("bronze.sales 0 "), "{expected}");
    assert_eq!(in_session(&files, &HOSTILE).await, expected);
}

/// The tables after a month was loaded inside a transaction of a session that is set so.
async fn in_session(files: &[PathBuf], settings_of: &[&str]) -> String {
    let fresh = Fresh::migrated().await;
    // the tables are there
    let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
    retail.bronze(&[], Arc::new(Silent)).await;
    let table = Table::landing(Contract::of::<Sale>().unwrap());
    let mut client = fresh.database.client().await.unwrap();
    for setting in settings_of {
        client
            .batch_execute(&format!("SET {setting}"))
            .await
            .unwrap();
    }
    let mut host = client.transaction().await.unwrap();
    for file in files {
        let mut feed = CsvFile::<Sale>::new(file, bronze_rules().build().unwrap());
        let mut store = Joined::new(&mut host, &table);
        Flow::new(Gate::off())
            .run(&mut feed, &mut store)
            .await
            .unwrap();
    }
    host.commit().await.unwrap();
    fresh.digest().await
}

//! Killed at any step of any layer, and run again: the same tables.

use std::env;
use std::path::Path;
use std::sync::Arc;

use metalayer::core::Silent;
use metalayer::prelude::*;

use crate::killer;
use crate::retail::pipeline::Retail;
use crate::sample_month::{month, run};
use crate::support::{Fresh, open, settings};

/// What the child is told.
const FOLDER: &str = "ML_CRASH_FOLDER";
const LAYER: &str = "ML_CRASH_LAYER";

/// Not a test of its own: what the copy of this program does until it is killed.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some((url, killer)) = killer::told() else {
        return;
    };
    let retail = Retail::open(&open(&url, 8), &settings()).await.unwrap();
    tracing::subscriber::set_global_default(killer).unwrap();
    let files = csv_files(Path::new(&env::var_os(FOLDER).unwrap()))
        .await
        .unwrap();
    match env::var(LAYER).unwrap().as_str() {
        "bronze" => drop(retail.bronze(&files, Arc::new(Silent)).await),
        "silver" => drop(retail.silver(Arc::new(Silent)).await.unwrap()),
        "gold" => drop(retail.gold(Arc::new(Silent)).await.unwrap()),
        _ => run(&retail, &files).await,
    }
}

/// A copy of this program that runs a layer over a folder, and is killed at a step, or never at 0.
pub(crate) fn spawn(url: &str, folder: &Path, layer: &str, step: u32) -> std::process::Child {
    let folder = folder.to_str().unwrap();
    let told = [(FOLDER, folder), (LAYER, layer)];
    killer::spawn("crash::child", url, step, &told)
}

/// Prepares a database up to before a layer, then kills a child at every step of the layer, each time in a copy.
async fn kill_everywhere(layer: &str, prepared: &[&str]) -> u32 {
    let (folder, _, files) = month(120).await;
    let files = &files[..2];
    for file in csv_files(folder.path()).await.unwrap().iter().skip(2) {
        std::fs::remove_file(file).unwrap();
    }
    let clean = Fresh::migrated().await;
    run(
        &Retail::open(&clean.database, &settings()).await.unwrap(),
        files,
    )
    .await;
    let expected = clean.digest().await;

    let before = Fresh::migrated().await;
    {
        let database = open(&before.url, 8);
        let retail = Retail::open(&database, &settings()).await.unwrap();
        for layer in prepared {
            match *layer {
                "bronze" => drop(retail.bronze(files, Arc::new(Silent)).await),
                _ => drop(retail.silver(Arc::new(Silent)).await.unwrap()),
            }
        }
    }
    for step in 1.. {
        let fresh = before.copy().await;
        let child = spawn(&fresh.url, folder.path(), layer, step);
        let has_ended = killer::has_ended(child).await;
        let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
        run(&retail, files).await;
        assert_eq!(
            fresh.digest().await,
            expected,
            "killed at step {step} of {layer}"
        );
        assert_eq!(
            fresh
                .one("SELECT count(*) FROM meta.load WHERE state = 'loading'")
                .await,
            "0"
        );
        if has_ended {
            return step - 1;
        }
    }
    unreachable!("the steps end")
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_bronze() {
    assert!(kill_everywhere("bronze", &[]).await >= 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_silver() {
    assert!(kill_everywhere("silver", &["bronze"]).await >= 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_gold() {
    assert!(kill_everywhere("gold", &["bronze", "silver"]).await >= 10);
}

//! Killed at any step of any layer, and run again: the same tables.

use std::env;
use std::path::{Path, PathBuf};
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

/// How many of a layer's last steps are all tried: publishing is among them.
const LAST: u32 = 10;

/// A database up to before a layer, and what the tables are to be after it.
struct Prepared {
    folder: tempfile::TempDir,
    files: Vec<PathBuf>,
    before: Fresh,
    expected: String,
}

impl Prepared {
    async fn of(prepared: &[&str]) -> Self {
        let (folder, _, mut files) = month(120).await;
        for file in files.drain(2..) {
            std::fs::remove_file(file).unwrap();
        }
        let clean = Fresh::migrated().await;
        run(
            &Retail::open(&clean.database, &settings()).await.unwrap(),
            &files,
        )
        .await;
        let expected = clean.digest().await;
        let before = Fresh::migrated().await;
        // A database of its own: nobody may be connected to what is copied.
        let database = open(&before.url, 8);
        let retail = Retail::open(&database, &settings()).await.unwrap();
        for layer in prepared {
            match *layer {
                "bronze" => drop(retail.bronze(&files, Arc::new(Silent)).await),
                _ => drop(retail.silver(Arc::new(Silent)).await.unwrap()),
            }
        }
        Prepared {
            folder,
            files,
            before,
            expected,
        }
    }

    /// Kills a child at a step in a copy, and runs again; whether the child came to its end before.
    async fn kill(&self, layer: &str, step: u32) -> bool {
        let fresh = self.before.copy().await;
        let child = spawn(&fresh.url, self.folder.path(), layer, step);
        let has_ended = killer::has_ended(child).await;
        let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
        run(&retail, &self.files).await;
        assert_eq!(
            fresh.digest().await,
            self.expected,
            "killed at step {step} of {layer}"
        );
        let loading = "SELECT count(*) FROM meta.load WHERE state = 'loading'";
        assert_eq!(fresh.one(loading).await, "0");
        has_ended
    }
}

/// Kills a child at every step of a layer, or at one of so many and all the last ones, each time in a copy.
async fn kill_everywhere(layer: &str, prepared: &[&str], stride: u32) -> u32 {
    let prepared = Prepared::of(prepared).await;
    let mut end = 1;
    while !prepared.kill(layer, end).await {
        end += stride;
    }
    let between = |step: &u32| step % stride != 1 % stride;
    for step in (end.saturating_sub(LAST + stride)..end).filter(between) {
        if step > 0 {
            prepared.kill(layer, step).await;
        }
    }
    end - 1
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_bronze() {
    assert!(kill_everywhere("bronze", &[], 1).await >= 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_silver() {
    assert!(kill_everywhere("silver", &["bronze"], 1).await >= 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_gold() {
    // A refresh is one transaction of a hundred statements: one in four stands for those beside it.
    assert!(kill_everywhere("gold", &["bronze", "silver"], 4).await >= 10);
}

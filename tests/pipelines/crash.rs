//! Killed at any step of any layer, and run again: the same tables.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use metalayer::core::Silent;
use metalayer::pg::STEP;
use metalayer::prelude::*;
use tracing::span;

use crate::retail::pipeline::Retail;
use crate::sample_month::{month, run};
use crate::support::{Fresh, open, settings};

/// What the child is told: database, folder, layer, and the step to be killed at.
const URL: &str = "ML_CRASH_URL";
const FOLDER: &str = "ML_CRASH_FOLDER";
const LAYER: &str = "ML_CRASH_LAYER";
const STEP_NO: &str = "ML_CRASH_STEP";

/// Kills its own process at the n-th step.
pub(crate) struct Killer {
    left: AtomicU32,
}

impl Killer {
    pub(crate) fn at(step: u32) -> Self {
        let left = AtomicU32::new(step);
        Killer { left }
    }
}

impl tracing::Subscriber for Killer {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == STEP
    }

    fn event(&self, _event: &tracing::Event<'_>) {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            // The shell's own: a small system has no program of that name.
            let _ = Command::new("sh").args(["-c", "kill -9 $PPID"]).status();
            std::thread::sleep(std::time::Duration::from_secs(60));
        }
    }

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}
    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}
    fn enter(&self, _span: &span::Id) {}
    fn exit(&self, _span: &span::Id) {}
}

/// Not a test of its own: what the copy of this program does until it is killed.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Ok(url) = env::var(URL) else { return };
    let step = env::var(STEP_NO).unwrap().parse().unwrap();
    let retail = Retail::open(&open(&url, 8), &settings()).await.unwrap();
    tracing::subscriber::set_global_default(Killer::at(step)).unwrap();
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
    let mut child = Command::new(env::current_exe().unwrap());
    child
        .args(["--exact", "crash::child", "--nocapture", "--test-threads=1"])
        .envs([(URL, url), (LAYER, layer), (STEP_NO, &step.to_string())])
        .env(FOLDER, folder)
        .stdout(Stdio::null());
    child.spawn().unwrap()
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
        let mut child = spawn(&fresh.url, folder.path(), layer, step);
        let status = tokio::task::spawn_blocking(move || child.wait())
            .await
            .unwrap()
            .unwrap();
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
        if status.success() {
            return step - 1;
        }
        assert!(
            !status.success() && status.code().is_none(),
            "the child failed by itself at step {step}: {status}"
        );
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

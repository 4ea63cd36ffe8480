//! Killed at any step of any layer, and run again: the same tables.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use metalayer::core::Silent;
use metalayer::prelude::*;
use ml_chaos::{Act, FailPoint, Victim};

use crate::chaos_example::check::{Check, Reach};
use crate::killer::{self, Killing};
use crate::retail::pipeline::Retail;
use crate::sample_month::{month, run};
use crate::support::{Fresh, open, settings};

mod others;
mod paths;

/// What the child is told.
const FOLDER: &str = "ML_CRASH_FOLDER";
const LAYER: &str = "ML_CRASH_LAYER";

const CHILD: &str = "crash::child";

/// Not a test of its own: what the copy of this program does until it is killed.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(child) = killer::told() else {
        return;
    };
    let retail = Retail::open(&open(&child.url, 8), &settings())
        .await
        .unwrap();
    child.arm();
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

/// A copy of this program that runs a layer over a folder, and is killed or stopped at a step, or never.
pub(crate) fn spawn(url: &str, folder: &Path, layer: &str, point: Option<FailPoint>) -> Victim {
    let folder = folder.to_str().unwrap();
    killer::spawn(CHILD, url, point, &[(FOLDER, folder), (LAYER, layer)])
}

/// A database up to before a layer, and what the tables are to be after it.
struct Prepared {
    files: Vec<PathBuf>,
    killing: Killing,
    expected: String,
}

impl Prepared {
    async fn of(layer: &str, prepared: &[&str]) -> Self {
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
        let killing = Killing::of(CHILD, before)
            .reading(FOLDER, folder)
            .told(LAYER, layer);
        Prepared {
            files,
            killing,
            expected,
        }
    }

    /// Kills a child at an occurrence of a step in a copy, and runs again.
    async fn kill(&self, step: &str, nth: u64) {
        let fresh = self.killing.before.copy().await;
        let point = FailPoint::at(step, nth, Act::Kill);
        let what = format!("killed at {point}");
        let (steps, has_ended) = self.killing.kill(&fresh, Some(point)).await;
        assert!(!has_ended, "not {what}");
        assert!(steps.count(step) >= nth, "{what}: {steps:?}");
        let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
        run(&retail, &self.files).await;
        assert_eq!(fresh.digest().await, self.expected, "{what}");
        killer::inspect_ledger(&fresh, &format!("{what}, and run again")).await;
    }
}

/// Kills a child at every step of a layer: once each, and at one of so many of the further times it is reached. Answers
/// the names.
async fn kill_everywhere(layer: &str, prepared: &[&str], stride: u64) -> BTreeSet<String> {
    let began = Instant::now();
    let prepared = Prepared::of(layer, prepared).await;
    let steps = prepared.killing.steps().await;
    let mut kills = 0;
    for (step, count) in steps.counts() {
        for nth in (1..=count).filter(|nth| nth % stride == 1 % stride || *nth == count) {
            prepared.kill(step, nth).await;
            kills += 1;
        }
    }
    if stride == 1 {
        let name = format!("kills at each step of {layer}, each time it is reached");
        Check::held(&name, Reach::Each, kills, began).tell();
    }
    steps.iter().map(String::from).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().copied().map(String::from).collect()
}

const BRONZE: [&str; 11] = [
    "begin",
    "commit",
    "committed",
    "copy",
    "end_copy",
    "enter",
    "ledger",
    "lock",
    "quarantine",
    "savepoint",
    "send",
];

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_bronze() {
    let reached = kill_everywhere("bronze", &[], 1).await;
    assert!(reached.is_superset(&names(&BRONZE)), "{reached:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_silver() {
    let reached = kill_everywhere("silver", &["bronze"], 1).await;
    let some = names(&["commit", "find_inputs", "merge", "watermark"]);
    assert!(reached.is_superset(&some), "{reached:?}");
}

const GOLD: [&str; 4] = ["check", "install", "lock_warehouse", "refresh_step"];

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_gold() {
    // A refresh is one transaction of a hundred statements: one in eight stands for those beside it.
    let reached = kill_everywhere("gold", &["bronze", "silver"], 8).await;
    assert!(reached.is_superset(&names(&GOLD)), "{reached:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn killed_at_every_step_of_gold_for_long() {
    let reached = kill_everywhere("gold", &["bronze", "silver"], 1).await;
    assert!(reached.is_superset(&names(&GOLD)), "{reached:?}");
}

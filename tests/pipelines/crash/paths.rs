//! Every step that the sources of `ml-pg` tell of is one that a test kills at.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{Prepared, others};
use crate::keeping::Keeping;
use crate::{backfill, refreshes, replay, silver_laws, unload};

/// The names in the sources.
fn told(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            told(&path, names);
            continue;
        }
        let source = fs::read_to_string(path).unwrap();
        let calls = source.split("step(\"").skip(1);
        names.extend(calls.filter_map(|call| Some(call.split_once('"')?.0.to_owned())));
    }
}

/// Those that a sweep kills at: each of these runs a child to its end, and others kill it at each of its steps.
async fn swept() -> BTreeSet<String> {
    let mut killings = vec![
        Prepared::of("bronze", &[]).await.killing,
        Prepared::of("silver", &["bronze"]).await.killing,
        Prepared::of("gold", &["bronze", "silver"]).await.killing,
        backfill::killing("backfill").await,
        backfill::killing("rebuild").await,
        unload::killed::killing().await.0,
        replay::killed::killing().await,
        refreshes::crash::killing("incremental").await,
        refreshes::crash::killing("full").await,
        refreshes::crash::killing("compare").await,
    ];
    for nth in 0..Keeping::ALL.len() {
        killings.push(silver_laws::killing(nth).await);
    }
    for way in others::WAYS {
        killings.push(others::killing(way).await);
    }
    let mut reached = BTreeSet::new();
    for killing in killings {
        reached.extend(killing.steps().await.iter().map(String::from));
    }
    reached
}

/// Those after a commit that nothing depends on, and that take more rows than a test has: `VACUUM` of 100,000 rows.
const AFTERWARDS: [&str; 1] = ["vacuum"];

#[tokio::test(flavor = "multi_thread")]
async fn every_step_in_the_sources_is_killed_at() {
    let mut all = BTreeSet::new();
    told(
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/crates/ml-pg/src")),
        &mut all,
    );
    let swept = swept().await;
    let missing: Vec<_> = all.difference(&swept).collect();
    assert_eq!(missing, AFTERWARDS);
    assert!(swept.is_subset(&all), "{swept:?}");
}

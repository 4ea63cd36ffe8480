//! The made-up month, through every layer, against what was planted.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use metalayer::core::Silent;
use metalayer::prelude::*;

use crate::reference::{self, Expected};
use crate::retail::pipeline::Retail;
use crate::retail::sample::{self, Planted};
use crate::retail::totals::Totals;
use crate::support::{Fresh, settings};

/// A month of so many records in a folder of its own.
pub(crate) async fn month(records: u64) -> (tempfile::TempDir, Planted, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let planted = sample::write(folder.path(), records).unwrap();
    let files = csv_files(folder.path()).await.unwrap();
    (folder, planted, files)
}

/// Everything, bronze to gold.
pub(crate) async fn run(retail: &Retail, files: &[PathBuf]) {
    for outcome in retail.bronze(files, Arc::new(Silent)).await {
        outcome.unwrap();
    }
    retail.silver(Arc::new(Silent)).await.unwrap();
    retail.gold(Arc::new(Silent)).await.unwrap();
}

/// P19: a load that is loaded again adds nothing.
#[tokio::test(flavor = "multi_thread")]
async fn every_total_is_what_was_planted_and_a_replay_adds_nothing() {
    let (_folder, planted, files) = month(3_000).await;
    let fresh = Fresh::migrated().await;
    let retail = Retail::open(&fresh.database, &settings()).await.unwrap();

    let loaded = retail.bronze(&files, Arc::new(Silent)).await;
    let mut bronze = Scorecard::default();
    for outcome in loaded {
        let Ok(Outcome::Applied(receipt)) = outcome else {
            panic!("{outcome:?}")
        };
        bronze += &receipt.card;
    }
    assert!(bronze.is_conserved());
    assert_eq!(
        (bronze.read, bronze.accepted),
        (planted.records, planted.bronze_accepted())
    );
    for (rule, count) in &planted.bronze_quarantined {
        assert_eq!(bronze.rules[*rule].violations, *count, "{rule}");
    }

    let advance = retail.silver(Arc::new(Silent)).await.unwrap();
    assert!(advance.held.is_empty());
    let silver = advance.card();
    assert!(silver.is_conserved());
    assert_eq!(
        (silver.read, silver.accepted),
        (bronze.accepted, planted.accepted)
    );
    for (reason, count) in &planted.silver_dropped {
        assert_eq!(silver.dropped[*reason], *count, "{reason}");
    }

    let refreshed = retail.gold(Arc::new(Silent)).await.unwrap();
    assert!(
        matches!(refreshed.outcome, Outcome::Applied(_)),
        "{refreshed:?}"
    );
    let totals = Totals::of(&fresh.database).await.unwrap();
    totals.check(&planted).unwrap();
    assert_eq!(
        fresh
            .one("SELECT count(*) FROM gold.v_executive_summary")
            .await,
        "1"
    );

    let (tables, loads) = (
        fresh.digest().await,
        fresh.one("SELECT count(*) FROM meta.load").await,
    );
    let again = Retail::open(&fresh.database, &settings()).await.unwrap();
    for outcome in again.bronze(&files, Arc::new(Silent)).await {
        assert!(matches!(outcome, Ok(Outcome::Replayed(_))), "{outcome:?}");
    }
    assert_eq!(
        again.silver(Arc::new(Silent)).await.unwrap(),
        metalayer::pg::Advance::default()
    );
    let refreshed = again.gold(Arc::new(Silent)).await.unwrap();
    assert!(
        matches!(refreshed.outcome, Outcome::Replayed(_)),
        "{refreshed:?}"
    );
    assert_eq!(fresh.digest().await, tables);
    assert_eq!(fresh.one("SELECT count(*) FROM meta.load").await, loads);
}

/// No e-mail of the sample may be anywhere but in the columns that are for it and in the raw quarantine.
#[tokio::test(flavor = "multi_thread")]
async fn personal_data_stays_where_it_belongs() {
    let (_folder, _, files) = month(3_000).await;
    let fresh = Fresh::migrated().await;
    let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
    run(&retail, &files).await;
    let held = fresh
        .one("SELECT count(*) FROM meta.quarantine WHERE violations::text LIKE '%email.format%'")
        .await;
    assert_ne!(held, "0");
    let leaked = "SELECT count(*) FROM meta.quarantine WHERE violations::text ~ '[a-z0-9.]+@'";
    assert_eq!(fresh.one(leaked).await, "0");
    let columns = "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'gold' AND column_name LIKE '%mail%'";
    assert_eq!(fresh.one(columns).await, "0");
}

fn output(of: &mut std::process::Command) -> String {
    let output = of.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

/// The example as a newcomer runs it: its own server, its own sample, twice.
#[test]
fn the_example_says_that_its_totals_are_right() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let run = || {
        let mut example = std::process::Command::new(env!("CARGO"));
        example
            .args(["run", "--quiet", "--example", "retail", "--manifest-path"])
            .arg(&manifest)
            .current_dir(folder.path())
            .env_remove("DATABASE_URL")
            .env_remove("POSTGRES_HOST");
        output(&mut example)
    };
    let first = run();
    assert!(
        first.contains("Every total and every count is what the generator planted."),
        "{first}"
    );
    assert!(
        first.contains("30 applied, 0 refused, 0 there already"),
        "{first}"
    );
    assert!(first.contains("200000"), "{first}");
    let again = tempfile::tempdir().unwrap();
    let planted = sample::write(again.path(), 200_000).unwrap();
    for Expected { title, rows, .. } in reference::expected(&planted) {
        let section = first.split_once(&format!("\n{title}\n")).unwrap().1;
        let section = section.split("\n\n").next().unwrap();
        for (name, value) in rows {
            let line = section.lines().find(|l| l.trim_start().starts_with(&name));
            let line = line.unwrap_or_else(|| panic!("no {name} in {section}"));
            let cells: Vec<&str> = line.split("  ").map(str::trim).collect();
            assert!(
                cells.contains(&value.as_str()),
                "{title}: {value} is not in {line}"
            );
        }
    }
    let facts = first.lines().find(|l| l.starts_with("fct_sales ")).unwrap();
    let counts: Vec<&str> = facts.split_whitespace().skip(1).take(4).collect();
    let accepted = planted.accepted.to_string();
    assert_eq!(counts, [&accepted, &accepted, "0", "0"], "{facts}");
    let second = run();
    assert!(
        second.contains("0 applied, 0 refused, 30 there already"),
        "{second}"
    );
    assert!(
        second.contains("Every total and every count is what the generator planted."),
        "{second}"
    );
}

//! The kill loop of the example: that it counts, and that it finds what is wrong.

use std::process::Command;

use serde_json::json;

use crate::chaos_example::bed::Bed;
use crate::chaos_example::check::{Check, Reach};
use crate::chaos_example::rounds::{Kind, Rounds, Until};
use crate::chaos_example::table::{self, table};
use crate::chaos_example::{SABOTAGE, subject};
use crate::killer;

/// Not a test of its own: what a victim of the loop does.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    if let Some(ran) = subject::child().await {
        ran.unwrap();
    }
}

fn copy() -> Command {
    killer::copy("chaos::child", &[])
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_and_cuts_leave_nothing_behind() {
    let bed = Bed::start(copy).await.unwrap();
    for (kind, runs) in [(Kind::Kills, 5), (Kind::Cuts, 2)] {
        let sabotage = None;
        let rounds = Rounds {
            bed: &bed,
            kind,
            seed: 7,
            lanes: 2,
            sabotage,
        };
        let check = rounds.run(Until::Count(runs)).await.unwrap();
        assert_eq!(check.violations, 0, "{check}");
        assert!(check.runs >= runs, "{check}");
        let bound = format!("95 % upper bound {:.3} %", 100.0 * check.bound().unwrap());
        let said = check.to_string();
        assert!(said.contains(&bound), "{said}");
        assert!(said.contains(&format!(": {} in ", check.runs)), "{said}");
    }
}

/// A row that goes missing is found by the ledger, by the digest, and nothing brings it back.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_missing_is_found_and_can_be_had_again() {
    let bed = Bed::start(copy).await.unwrap();
    let sabotage = Some(SABOTAGE);
    let rounds = Rounds {
        bed: &bed,
        kind: Kind::Kills,
        seed: 7,
        lanes: 1,
        sabotage,
    };
    let number = 2;
    for _ in 0..2 {
        let round = rounds.round(number).await.unwrap();
        let found: Vec<String> = round.violations.iter().map(ToString::to_string).collect();
        let has = |what: &str| found.iter().any(|found| found.contains(what));
        assert!(has("A, atomic: bronze.sales: load"), "{found:#?}");
        assert!(has("R, reconciles: bronze.sales: load"), "{found:#?}");
        assert!(has("C, converges"), "{found:#?}");
    }
    let replay = "cargo run --release --example chaos -- replay 7 2 kills --sabotage";
    assert_eq!(rounds.replay(number), replay);
}

#[test]
fn what_has_violations_has_no_bound() {
    let mut check = Check {
        name: String::from("kills"),
        reach: Reach::AtRandom,
        runs: 1_000,
        violations: 0,
        took: std::time::Duration::from_secs(600),
    };
    assert_eq!(check.bound(), Some(0.003));
    check.violations = 1;
    assert_eq!(check.bound(), None);
    let result = json!({
        "tier": "nightly", "seed": 7, "commit": "abc1234", "postgres": "15.18", "machine": "2 × x",
        "checks": [check.json()],
    });
    let printed = table(&[result]).unwrap();
    let expected = "| kills | 1000 | 1 | none | 10 min |\n\n\
        Tier `nightly`, seed 7, commit `abc1234`, PostgreSQL 15.18, 2 × x.\n";
    assert!(printed.ends_with(expected), "{printed}");
}

/// The table of the README is what the results say that lie beside it.
#[test]
fn the_table_of_the_readme_is_that_of_the_results() {
    let root = env!("CARGO_MANIFEST_DIR");
    let results = std::fs::read(format!("{root}/tests/figures/reliability.json")).unwrap();
    let expected = table(&[serde_json::from_slice(&results).unwrap()]).unwrap();
    let readme = std::fs::read_to_string(format!("{root}/README.md")).unwrap();
    let (_, rest) = readme.split_once(table::BEGIN).unwrap();
    let (found, _) = rest.split_once(table::END).unwrap();
    assert_eq!(found.trim(), expected.trim());
}

/// What a long test tells of itself comes to the table, wherever in a line it stands.
#[test]
fn a_check_that_is_told_is_read() {
    let check = Check::held("cuts", Reach::Each, 12, std::time::Instant::now());
    let line = format!("test sweep::every_message ... CHECK {}", json!(check));
    assert_eq!(Check::told(&line), Some(check.clone()));
    assert_eq!(Check::told("test sweep::every_message ... ok"), None);
    let result = json!({
        "tier": "release", "seed": 7, "commit": "abc1234", "postgres": "15.18", "machine": "2 × x",
        "checks": [check.json()],
    });
    let printed = table(&[result]).unwrap();
    assert!(
        printed.contains("| cuts | 12 | 0 | all there are | 0 s |"),
        "{printed}"
    );
}

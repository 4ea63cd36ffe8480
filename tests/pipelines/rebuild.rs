//! Incremental is rebuilt: whatever happened, and in whatever order, the table is the one that a rebuild leaves as it is,
//! and that a pipeline of another name makes from nothing.

use std::sync::Arc;
use std::time::Instant;

use metalayer::core::Row;
use ml_chaos::Dice;

use crate::chaos_example::check::{Check, Reach};
use crate::keeping::{Keeping, contract, row};
use crate::support::Fresh;
use crate::trial::Trial;

/// Batch sizes, of which no table may depend.
const BATCHES: [usize; 3] = [1, 7, 5_000];

const BROKEN: &str = "SELECT count(*) FROM meta.load WHERE state = 'loading' \
    OR rows_read <> rows_accepted + rows_quarantined + rows_dropped";

async fn whatever_happens(kind: Keeping, seeds: std::ops::Range<u64>) {
    let fresh = Fresh::migrated().await;
    for seed in seeds {
        let batch = BATCHES[seed as usize % BATCHES.len()];
        let mut dice = Dice(seed * 1_000 + kind as u64);
        let mut trial = Trial::new(&fresh.database, kind, &seed.to_string(), batch).await;
        for _ in 0..20 {
            trial.step(&mut dice).await;
        }
        trial.run().await;
        trial
            .check(
                &fresh,
                &format!("{kind:?}, seed {seed}, batches of {batch}"),
            )
            .await;
    }
    assert_eq!(fresh.one(BROKEN).await, "0");
}

/// P20: seven of each kind, with every batch size.
#[tokio::test(flavor = "multi_thread")]
async fn incremental_is_rebuilt() {
    for kind in Keeping::ALL {
        whatever_happens(kind, 0..7).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; ML_SEEDS says how many histories of each kind"]
async fn incremental_is_rebuilt_for_long() {
    let began = Instant::now();
    let seeds = std::env::var("ML_SEEDS").map_or(100, |seeds| seeds.parse().unwrap());
    for kind in Keeping::ALL {
        whatever_happens(kind, 7..7 + seeds).await;
    }
    let name = "random histories, increments against a rebuild";
    let runs = seeds * Keeping::ALL.len() as u64;
    Check::held(name, Reach::AtRandom, runs, began).tell();
}

/// P15, P19: winners come from the data: where they do not come from the load by design, the order of arrival decides nothing.
#[tokio::test(flavor = "multi_thread")]
async fn no_order_of_arrival_changes_the_content() {
    let fresh = Fresh::migrated().await;
    let kinds = Keeping::ALL.into_iter();
    let kinds = kinds.filter(|kind| ![Keeping::Newest, Keeping::First].contains(kind));
    for (nth, kind) in kinds.enumerate() {
        let mut dice = Dice(nth as u64);
        let mut seen = Vec::new();
        let from = Arc::new(contract("bronze.files", &[]));
        let files: Vec<Vec<Row>> = (0..5)
            .map(|_| (0..=dice.below(8)).map(|_| row(&from, &mut dice)).collect())
            .collect();
        for turn in 0..20 {
            let batch = BATCHES[turn % BATCHES.len()];
            let mut trial =
                Trial::new(&fresh.database, kind, &format!("order_{turn}"), batch).await;
            let mut left: Vec<usize> = (0..files.len()).collect();
            while !left.is_empty() {
                let file = left.remove(dice.below(left.len() as u64) as usize);
                trial
                    .load(&format!("file {file}"), files[file].clone())
                    .await;
                if dice.below(2) > 0 {
                    trial.run().await;
                }
            }
            trial.run().await;
            let rows = trial.kind.rows(&trial.live);
            let content = format!(
                "SELECT md5(string_agg(line, ';' ORDER BY line)) FROM \
                 (SELECT (to_jsonb(r) - ARRAY['_load_id', '_record_no'])::text AS line FROM ({rows}) AS r) AS lines"
            );
            seen.push(fresh.one(&content).await);
        }
        seen.dedup();
        assert_eq!(seen.len(), 1, "{kind:?}");
    }
}

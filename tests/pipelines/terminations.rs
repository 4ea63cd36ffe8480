//! G1, J3: sessions are ended and cancelled at random, and each layer comes to its tables all the same.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use metalayer::core::Silent;
use metalayer::prelude::*;
use ml_chaos::Dice;

use crate::aftermath::{Reader, connect, is_whole, number, percentile, quick};
use crate::chaos_example::check::{Check, Reach};
use crate::retail::pipeline::Retail;
use crate::sample_month::{month, run};
use crate::support::{Fresh, open, settings};

/// How a session is interrupted.
const HOW: [&str; 2] = ["pg_terminate_backend", "pg_cancel_backend"];

/// Every layer, each run again until it succeeds.
async fn through(retail: &Retail, files: &[PathBuf]) -> Result<()> {
    let bronze = quick().run(async || {
        let outcomes = retail.bronze(files, Arc::new(Silent)).await;
        outcomes
            .into_iter()
            .try_for_each(|outcome| outcome.map(drop))
    });
    bronze.await?;
    let silver = quick().run(async || retail.silver(Arc::new(Silent)).await.map(drop));
    silver.await?;
    let gold = quick().run(async || retail.gold(Arc::new(Silent)).await.map(drop));
    gold.await
}

async fn interrupted(rounds: u64) {
    let start = Instant::now();
    let (_folder, _, files) = month(600).await;
    let files = &files[..1];
    let before = Fresh::migrated().await;
    drop(
        Retail::open(&open(&before.url, 4), &settings())
            .await
            .unwrap(),
    );
    let whole = before.copy().await;
    let began = Instant::now();
    run(
        &Retail::open(&whole.database, &settings()).await.unwrap(),
        files,
    )
    .await;
    let took = began.elapsed().as_millis() as u64;
    let expected = whole.digest().await;
    let client = connect(&whole.url).await;
    let silver = (
        "SELECT count(*) FROM silver.sales",
        number(&client, "SELECT count(*) FROM silver.sales").await,
    );
    let gold = (
        "SELECT count(*) FROM gold.fct_sales",
        number(&client, "SELECT count(*) FROM gold.fct_sales").await,
    );

    let (mut dice, mut recoveries, mut snapshots) = (Dice(rounds), Vec::new(), 0);
    for round in 0..rounds {
        let fresh = before.copy().await;
        let reader = Reader::start(&fresh.url, "bronze.sales", &[silver, gold]);
        let retail = Retail::open(&open(&fresh.url, 4), &settings())
            .await
            .unwrap();
        let (at, how) = (dice.below(took), HOW[dice.below(2) as usize]);
        let strike = format!(
            "SELECT count({how}(pid)) FROM pg_stat_activity WHERE datname = current_database() \
             AND application_name = 'metalayer' AND pid <> pg_backend_pid()"
        );
        let striker = connect(&fresh.url).await;
        let struck = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(at)).await;
            (number(&striker, &strike).await, Instant::now())
        });
        let done = through(&retail, files).await;
        let what = format!("round {round}: {how} after {at} ms");
        done.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        println!("{what}");
        let ended = Instant::now();
        let (hit, at) = struck.await.unwrap();
        if hit > 0 && at < ended {
            recoveries.push(ended - at);
        }
        snapshots += reader.stop().await;
        drop(retail);
        assert_eq!(fresh.digest().await, expected, "{what}");
        is_whole(&fresh.url, "bronze.sales").await;
    }
    assert!(!recoveries.is_empty(), "nobody was struck");
    println!(
        "G1: {} of {rounds} struck, recovered after p50 {:?}, p99 {:?}; {snapshots} snapshots, none torn",
        recoveries.len(),
        percentile(&mut recoveries, 50),
        percentile(&mut recoveries, 99)
    );
    let name = "sessions ended or cancelled at random";
    Check::held(name, Reach::AtRandom, recoveries.len() as u64, start).tell();
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_at_random() {
    interrupted(30).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn interrupted_at_random_for_long() {
    interrupted(500).await;
}

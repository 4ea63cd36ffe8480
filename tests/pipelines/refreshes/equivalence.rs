//! Any sequence of incremental refreshes comes to what a full one, and one from nothing, come to.

use metalayer::pg::Mode;
use metalayer::prelude::*;

use super::shop;
use crate::merge::Dice;
use crate::support::Fresh;

/// One random history: its steps, and whether something went wrong.
async fn history(seed: u64, steps: u32) {
    let mut dice = Dice(seed);
    let fresh = Fresh::migrated().await;
    shop::create(&fresh).await;
    let mut refresh = shop::refresh(&fresh, "gold");
    shop::run(&refresh).await;
    for step in 0..steps {
        let what = format!("seed {seed}, step {step}");
        for _ in 0..=dice.below(3) {
            fresh.run(&shop::load(&mut dice)).await;
        }
        if dice.below(8) == 0 {
            // another process, which does not trust the watermark
            refresh = shop::refresh(&fresh, "gold");
        }
        let refreshed = shop::run(&refresh).await;
        assert_eq!(refreshed.mode, Some(Mode::Incremental), "{what}");
        let drift = refresh.compare_with_full().await.unwrap();
        assert!(drift.is_same(), "{what}: {drift}");
        assert_eq!(shop::run(&refresh).await.mode, None, "{what}");
        if step % 4 == 3 || step + 1 == steps {
            from_nothing(&fresh, &what).await;
        }
    }
}

/// A second warehouse of the same silver.
async fn from_nothing(fresh: &Fresh, what: &str) {
    let twin = shop::refresh(fresh, "twin");
    let built = twin.rebuild(&Flow::new(Gate::off())).await.unwrap();
    assert_eq!(built.mode, Some(Mode::Full), "{what}");
    assert_eq!(shop::between(fresh, "gold", "twin").await, "", "{what}");
    fresh
        .run("DROP SCHEMA twin CASCADE; DELETE FROM meta.warehouse WHERE warehouse = 'twin'")
        .await;
}

/// Histories at once, as many steps in each.
async fn histories(seeds: impl Iterator<Item = u64>, steps: u32) {
    let mut running = tokio::task::JoinSet::new();
    for seed in seeds {
        if running.len() >= 3 {
            running.join_next().await.unwrap().unwrap();
        }
        running.spawn(history(seed, steps));
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
}

/// `METALAYER_HISTORIES` asks for more than those of every change.
#[tokio::test(flavor = "multi_thread")]
async fn incremental_is_full() {
    let asked = std::env::var("METALAYER_HISTORIES").ok();
    let asked = asked.map_or(8, |asked| asked.parse().unwrap());
    histories(1..=asked, 20).await;
}

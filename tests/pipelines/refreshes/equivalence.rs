//! Any sequence of incremental refreshes comes to what a full one, and one from nothing, come to.

use metalayer::core::Plan;
use metalayer::pg::Mode;
use metalayer::prelude::*;
use ml_chaos::Dice;

use super::shop;
use crate::support::Fresh;

/// What plans the shop in a schema.
type Planned = fn(&str) -> Plan;

fn planned(fresh: &Fresh, plan: Plan) -> Refresh {
    Refresh::new(&fresh.database, plan).unwrap()
}

/// One random history: its steps, and whether something went wrong.
async fn history(plan: Planned, seed: u64, steps: u32) {
    let mut dice = Dice(seed);
    let fresh = Fresh::migrated().await;
    shop::create(&fresh.database).await;
    let mut refresh = planned(&fresh, plan("gold"));
    shop::run(&refresh).await;
    for step in 0..steps {
        let what = format!("seed {seed}, step {step}");
        for _ in 0..=dice.below(3) {
            fresh.run(&shop::load(&mut dice)).await;
        }
        if dice.below(8) == 0 {
            // another process, which does not trust the watermark
            refresh = planned(&fresh, plan("gold"));
        }
        let refreshed = shop::run(&refresh).await;
        assert_eq!(refreshed.mode, Some(Mode::Incremental), "{what}");
        let drift = refresh.compare_with_full().await.unwrap();
        assert!(drift.is_same(), "{what}: {drift}");
        assert_eq!(shop::run(&refresh).await.mode, None, "{what}");
        if step % 4 == 3 || step + 1 == steps {
            from_nothing(&fresh, plan, &what).await;
        }
    }
}

/// A second warehouse of the same silver.
async fn from_nothing(fresh: &Fresh, plan: Planned, what: &str) {
    let twin = planned(fresh, plan("twin"));
    let built = twin.rebuild(&Flow::new(Gate::off())).await.unwrap();
    assert_eq!(built.mode, Some(Mode::Full), "{what}");
    assert_eq!(shop::between(fresh, "gold", "twin").await, "", "{what}");
    fresh
        .run("DROP SCHEMA twin CASCADE; DELETE FROM meta.warehouse WHERE warehouse = 'twin'")
        .await;
}

/// Histories at once, as many steps in each.
async fn histories(plan: Planned, seeds: impl Iterator<Item = u64>, steps: u32) {
    let mut running = tokio::task::JoinSet::new();
    for seed in seeds {
        if running.len() >= 3 {
            running.join_next().await.unwrap().unwrap();
        }
        running.spawn(history(plan, seed, steps));
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
}

/// `METALAYER_HISTORIES` asks for more than those of every change.
fn asked(or: u64) -> u64 {
    let asked = std::env::var("METALAYER_HISTORIES").ok();
    asked.map_or(or, |asked| asked.parse().unwrap())
}

/// P20, for gold, type 2 included.
#[tokio::test(flavor = "multi_thread")]
async fn incremental_is_full() {
    histories(shop::plan, 1..=asked(8), 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn incremental_is_full_in_partitions_by_month() {
    histories(shop::monthly_plan, 1..=asked(4), 20).await;
}

/// Parts of the plan, each of them taken out: what they are for happens in the histories above, and is seen.
const PARTS: [(&str, &str, &str); 10] = [
    (
        "dim_customer: touched keys",
        "AS fact ON ",
        "AS fact ON false AND ",
    ),
    (
        "dim_product: touched keys",
        "AS fact ON ",
        "AS fact ON false AND ",
    ),
    ("dim_date: differences", ") > 0 THEN", ") >= 0 THEN"),
    (
        "fct_sales: touched rows",
        "IN ('insert', 'delete')",
        "IN ('none')",
    ),
    (
        "fct_sales: rows as they were",
        "<= (SELECT max",
        "< (SELECT max",
    ),
    ("fct_sales: touched rows", "fact.\"tier_key\" = -1", "false"),
    ("fct_sales: touched rows", "fact.\"due_key\" = -1", "false"),
    ("agg_daily: further facts", "= 'update'", "= 'none'"),
    ("agg_customer: further facts", "= 'update'", "= 'none'"),
    ("agg_tier: what went", "GROUP BY", "WHERE false GROUP BY"),
];

/// Whether a warehouse that is refreshed by this plan goes wrong.
async fn goes_wrong(seed: u64, plan: Plan) -> bool {
    let mut dice = Dice(seed);
    let fresh = Fresh::migrated().await;
    shop::create(&fresh.database).await;
    let refresh = Refresh::new(&fresh.database, plan).unwrap();
    shop::run(&refresh).await;
    for _ in 0..40 {
        fresh.run(&shop::load(&mut dice)).await;
        match refresh.run(&Flow::new(Gate::off())).await {
            Ok(refreshed) if matches!(refreshed.outcome, Outcome::Applied(_)) => {}
            _ => return true,
        }
        if !refresh.compare_with_full().await.unwrap().is_same() {
            return true;
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_plan_is_superfluous() {
    for (label, part, without) in PARTS {
        let mut plan = shop::plan("gold");
        let steps = &mut plan.delta.as_mut().unwrap().steps;
        let step = steps.iter_mut().find(|step| step.label == label).unwrap();
        assert!(step.sql.contains(part), "{label}: {}", step.sql);
        step.sql = step.sql.replace(part, without);
        let mut seeds = 1..=3;
        let mut is_seen = false;
        while let (false, Some(seed)) = (is_seen, seeds.next()) {
            is_seen = goes_wrong(seed, plan.clone()).await;
        }
        assert!(is_seen, "{label} without {part} goes unnoticed");
    }
}

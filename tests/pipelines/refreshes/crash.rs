//! Killed at any step of a refresh, incremental or in full, and run again: the same tables.

use std::env;

use metalayer::pg::Mode;
use metalayer::prelude::*;
use ml_chaos::Dice;

use super::shop;
use crate::killer::{self, Killing};
use crate::support::{Fresh, open};

/// How the child is to refresh.
const MODE: &str = "ML_CRASH_MODE";

fn refresh(database: &Database) -> Refresh {
    Refresh::new(database, shop::small_plan("gold")).unwrap()
}

/// Not a test of its own: what the copy of this program does until it is killed.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(child) = killer::told() else {
        return;
    };
    let refresh = refresh(&open(&child.url, 2));
    let flow = Flow::new(Gate::off());
    child.arm();
    let refreshed = match env::var(MODE).unwrap().as_str() {
        "incremental" => refresh.run(&flow).await,
        "compare" => return drop(refresh.compare_with_full().await.unwrap()),
        _ => refresh.rebuild(&flow).await,
    };
    refreshed.unwrap();
}

/// A warehouse with loads that it has not seen.
async fn behind() -> Fresh {
    let mut dice = Dice(5);
    let fresh = Fresh::migrated().await;
    let database = open(&fresh.url, 2);
    shop::create(&database).await;
    let client = database.client().await.unwrap();
    for nth in 0..16 {
        if nth == 8 {
            shop::run(&refresh(&database)).await;
        }
        client.batch_execute(&shop::load(&mut dice)).await.unwrap();
    }
    fresh
}

pub(crate) async fn killing(mode: &str) -> Killing {
    Killing::of("refreshes::crash::child", behind().await)
        .told(MODE, mode)
        .by_hand()
}

async fn kill_everywhere(mode: &str) -> u32 {
    let killing = killing(mode).await;
    for step in 1.. {
        let fresh = killing.before.copy().await;
        let (_, has_ended) = killing.kill(&fresh, killer::at(step)).await;
        let refresh = refresh(&fresh.database);
        let refreshed = shop::run(&refresh).await;
        let drift = refresh.compare_with_full().await.unwrap();
        assert!(drift.is_same(), "killed at step {step} of {mode}: {drift}");
        let left = "SELECT count(*) FROM meta.load WHERE state = 'loading'";
        assert_eq!(
            fresh.one(left).await,
            "0",
            "killed at step {step} of {mode}"
        );
        let taken = "SELECT count(*) FROM meta.load AS new WHERE dataset = 'silver.sales' \
            AND NOT EXISTS (SELECT FROM meta.consumed WHERE consumed.load_id = new.load_id)";
        assert_eq!(
            fresh.one(taken).await,
            "0",
            "killed at step {step} of {mode}"
        );
        // Killed before the commit, all is yet to be done; after it, nothing.
        if has_ended {
            let left = (mode == "compare").then_some(Mode::Incremental);
            assert_eq!(refreshed.mode, left);
            return step - 1;
        }
        assert!(matches!(refreshed.mode, None | Some(Mode::Incremental)));
    }
    unreachable!("the steps end")
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_an_incremental_refresh() {
    assert!(kill_everywhere("incremental").await >= 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_a_full_refresh() {
    assert!(kill_everywhere("full").await >= 20);
}

/// It rolls back what it does, whether it is killed or not.
#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_a_comparison() {
    assert!(kill_everywhere("compare").await >= 20);
}

//! The laws of every way a silver table keeps what is loaded: killed at any step and run again, run twice, run at once.
//!
//! That neither the batch nor the order of arrival decides anything is in `arrivals.rs` and `rebuild.rs`.

use std::env;

use metalayer::pg::Advance;
use ml_chaos::Dice;

use crate::keeping::{Keeping, row};
use crate::killer::{self, Killing};
use crate::support::{Fresh, open};
use crate::trial::Trial;

/// Which way of keeping a child is to take in.
const KEEPING: &str = "ML_LAW_KEEPING";
const BATCH: usize = 4;

/// A database with a table of every kind, two loads for each that wait, and before them as many as `taken` in.
async fn waiting(taken: usize) -> Fresh {
    let fresh = Fresh::migrated().await;
    let database = open(&fresh.url, 2);
    for kind in Keeping::ALL {
        let mut trial = Trial::new(&database, kind, "t", BATCH).await;
        let mut dice = Dice(kind as u64);
        for file in 0..taken + 2 {
            let rows = (0..6).map(|_| row(&trial.from, &mut dice)).collect();
            trial.load(&format!("file {file}"), rows).await;
            if file + 1 == taken {
                trial.run().await;
            }
        }
    }
    fresh
}

/// All that the tables of a database hold, with lineage.
async fn held(fresh: &Fresh) -> Vec<String> {
    let mut held = Vec::new();
    for kind in Keeping::ALL {
        let rows = kind.rows(&Trial::found(&fresh.database, kind, "t", BATCH).live);
        let all = format!("SELECT string_agg(r::text, ' ' ORDER BY r::text) FROM ({rows}) AS r");
        held.push(format!("{kind:?}: {}", fresh.one(&all).await));
    }
    held
}

async fn take_in(fresh: &Fresh) -> Vec<Advance> {
    let mut advances = Vec::new();
    for kind in Keeping::ALL {
        advances.push(Trial::found(&fresh.database, kind, "t", BATCH).run().await);
    }
    advances
}

/// Not a test of its own: what the copy of this program does until it is killed.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(child) = killer::told() else {
        return;
    };
    let nth: usize = env::var(KEEPING).unwrap().parse().unwrap();
    let trial = Trial::found(&open(&child.url, 2), Keeping::ALL[nth], "t", BATCH);
    child.arm();
    trial.run().await;
}

/// An increment of a kind, which finds some taken in before.
pub(crate) async fn killing(nth: usize) -> Killing {
    Killing::of("silver_laws::child", waiting(2).await).told(KEEPING, nth.to_string())
}

/// A child for every kind, each killed at the same step of its own; answers whether all came to their ends.
async fn kill(fresh: &Fresh, step: u32) -> bool {
    let spawn = |nth: usize| {
        let told = [(KEEPING, &*nth.to_string())];
        killer::spawn("silver_laws::child", &fresh.url, killer::at(step), &told)
    };
    let victims: Vec<_> = (0..Keeping::ALL.len()).map(spawn).collect();
    let mut all = true;
    for mut victim in victims {
        all &= killer::has_ended(&mut victim).await;
    }
    killer::inspect(fresh, &format!("killed at step {step}")).await;
    all
}

async fn killed_anywhere(taken: usize) {
    let before = waiting(taken).await;
    let never = before.copy().await;
    take_in(&never).await;
    let expected = held(&never).await;
    let mut steps = 0;
    for step in 1.. {
        let fresh = before.copy().await;
        let ended = kill(&fresh, step).await;
        take_in(&fresh).await;
        assert_eq!(held(&fresh).await, expected, "killed at step {step}");
        if ended {
            steps = step - 1;
            break;
        }
    }
    assert!(steps >= 20, "{steps}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_a_first_load() {
    killed_anywhere(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_an_increment() {
    killed_anywhere(2).await;
}

/// Another program, which has not seen the watermark: no row is touched, and no load is entered.
#[tokio::test(flavor = "multi_thread")]
async fn twice_is_once() {
    let fresh = waiting(1).await;
    take_in(&fresh).await;
    const LOADS: &str = "SELECT count(*) || ' ' || max(load_id) FROM meta.load";
    let (loads, before) = (fresh.one(LOADS).await, pages(&fresh).await);
    let again = take_in(&fresh).await;
    assert!(again.iter().all(|advance| *advance == Advance::default()));
    assert_eq!(fresh.one(LOADS).await, loads);
    assert_eq!(pages(&fresh).await, before);
}

/// Where every row stands, and who wrote it last.
async fn pages(fresh: &Fresh) -> Vec<String> {
    let mut pages = Vec::new();
    for kind in Keeping::ALL {
        pages.push(
            Trial::found(&fresh.database, kind, "t", BATCH)
                .pages(fresh)
                .await,
        );
    }
    pages
}

/// Four of one pipeline at once: one takes in, the others find nothing new; and the tables are those of one alone.
#[tokio::test(flavor = "multi_thread")]
async fn at_once_is_one_after_the_other() {
    for taken in [0, 2] {
        let before = waiting(taken).await;
        let alone = before.copy().await;
        take_in(&alone).await;
        let fresh = before.copy().await;
        for kind in Keeping::ALL {
            let database = open(&fresh.url, 4);
            let trials: Vec<Trial> = (0..4)
                .map(|_| Trial::found(&database, kind, "t", BATCH))
                .collect();
            let runs = trials.iter().map(Trial::run);
            let advances = futures_util::future::join_all(runs).await;
            let applied = advances.iter().filter(|advance| advance.applied.is_some());
            assert_eq!(applied.count(), 1, "{kind:?}");
        }
        assert_eq!(held(&fresh).await, held(&alone).await);
    }
}

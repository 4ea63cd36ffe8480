//! What a backfill and a rebuild do, and what a comparison says.

use std::env;
use std::sync::atomic::Ordering;

use metalayer::core::{Kind, LoadId};
use metalayer::pg::{Advance, Span};
use metalayer::prelude::*;
use ml_chaos::Dice;

use crate::keeping::{Keeping, day, row, rows};
use crate::killer::{self, Killing};
use crate::support::{Fresh, open};
use crate::trial::Trial;

const TABLE: &str = "SELECT string_agg(id || ' ' || content, ', ' ORDER BY id) FROM silver.version_t WHERE NOT _deleted";

/// A table with the things 0, 1 and 3, and a file with thing 4 that is held.
pub(crate) async fn taken_in(database: &Database) -> Trial {
    let mut trial = Trial::new(database, Keeping::Version, "t", 7).await;
    trial
        .load("a", rows(&trial.from, &[(0, 1, 5), (1, 1, 5)]))
        .await;
    trial
        .load("b", rows(&trial.from, &[(1, 2, 6), (3, 1, 7)]))
        .await;
    trial
        .load("held", rows(&trial.from, &[(4, 1, 9), (4, 2, 9)]))
        .await;
    let advance = trial.run().await;
    assert_eq!(advance.held.len(), 1);
    trial
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_input_is_released_once_its_cause_is_mended() {
    let fresh = Fresh::migrated().await;
    let trial = taken_in(&fresh.database).await;
    let held = "SELECT load_id FROM meta.consumed WHERE state = 'held'";
    let held: i64 = fresh.one(held).await.parse().unwrap();
    let span = || Span::loads(LoadId(held)..=LoadId(held));
    let still = trial.backfill(span()).await;
    assert_eq!((still.held.len(), still.applied.unwrap().card.read), (1, 0));
    trial.today.mended.store(true, Ordering::Relaxed);
    let released = trial.backfill(span()).await.applied.unwrap();
    assert_eq!((released.card.read, released.card.accepted), (2, 1));
    assert_eq!(fresh.one(TABLE).await, "0 5, 1 6, 3 7, 4 9");
    let ledger = format!(
        "SELECT source || ' / ' || (SELECT string_agg(input_load::text, ' ') FROM meta.lineage WHERE lineage.load_id = load.load_id) \
         FROM meta.load WHERE load_id = {}",
        released.load
    );
    let expected = format!("version_t: loads {held} again / {held}");
    assert_eq!(fresh.one(&ledger).await, expected);
    assert_eq!(
        fresh
            .one("SELECT string_agg(DISTINCT state, ' ') FROM meta.consumed")
            .await,
        "applied"
    );
    assert!(trial.compare().await.is_same());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_changed_is_written_and_only_content_moves_the_load() {
    let fresh = Fresh::migrated().await;
    let trial = taken_in(&fresh.database).await;
    trial.today.release.store(1, Ordering::Relaxed);
    let before = trial.pages(&fresh).await;
    let comparison = trial.compare().await;
    assert_eq!(
        (comparison.missing, comparison.extra, comparison.different),
        (0, 0, 1)
    );
    assert_eq!(
        comparison.to_string(),
        "0 rows missing, 0 extra, 1 different\n\
         id 0, part NULL: load 1, record 1 stands there, a rebuild puts load 1, record 1, other in content"
    );
    assert_eq!(
        trial.pages(&fresh).await,
        before,
        "a comparison changes nothing"
    );
    assert_eq!(
        fresh
            .one("SELECT count(*) FROM meta.load WHERE dataset LIKE 'pg_temp%'")
            .await,
        "0"
    );
    let rebuilt = trial.rebuild().await.applied.unwrap().load;
    assert_eq!(fresh.one(TABLE).await, "0 6, 1 6, 3 7");
    let moved = format!(
        "SELECT string_agg(id::text, ' ') FROM silver.version_t WHERE _changed_load = {rebuilt}"
    );
    assert_eq!(fresh.one(&moved).await, "0");
    assert!(trial.compare().await.is_same());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_finds_whatever_was_done_to_the_table_and_a_rebuild_mends_it() {
    for kind in Keeping::ALL {
        let fresh = Fresh::migrated().await;
        let mut trial = Trial::new(&fresh.database, kind, "t", 5_000).await;
        let mut dice = Dice(kind as u64);
        for file in 0..4 {
            let rows = (0..9).map(|_| row(&trial.from, &mut dice)).collect();
            trial.load(&format!("{file}"), rows).await;
        }
        trial.run().await;
        assert!(trial.compare().await.is_same());
        let table = trial.live.dataset().quoted();
        let one = format!("(SELECT min(_row_id) FROM {table} WHERE NOT _deleted)");
        for (done, found) in [
            (
                format!("DELETE FROM {table} WHERE _row_id = {one}"),
                (1, 0, 0),
            ),
            (
                format!(
                    "UPDATE {table} SET gone = NOT coalesce(gone, false) WHERE _row_id = {one}"
                ),
                (0, 0, 1),
            ),
            (
                format!(
                    "UPDATE {table} SET _deleted = true, _load_id = 0, _record_no = 0 WHERE _row_id = {one}"
                ),
                (1, 0, 0),
            ),
        ] {
            if kind == Keeping::Whole && found.2 > 0 {
                continue;
            }
            fresh.run(&done).await;
            let comparison = trial.compare().await;
            let counts = (comparison.missing, comparison.extra, comparison.different);
            assert_eq!(counts, found, "{kind:?}: {done}: {comparison}");
            trial.rebuild().await;
            let comparison = trial.compare().await;
            assert!(comparison.is_same(), "{kind:?}: {done}: {comparison}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_values_are_not_shown() {
    let fresh = Fresh::migrated().await;
    let mut trial = taken_in(&fresh.database).await;
    let mut contract = crate::keeping::contract("silver.version_t", &["id", "part"]);
    contract.columns[0].personal = true;
    let merge = Merge::on_grain(&contract).unwrap().version("version");
    let table = Table::merged(contract, merge);
    trial.increment = Increment::new(&fresh.database, "version_t", &trial.from, &table);
    fresh.run("DELETE FROM silver.version_t WHERE id = 3").await;
    let comparison = trial.compare().await;
    assert_eq!(
        comparison.rows[0].key[0],
        (String::from("id"), Some(String::from("***")))
    );
    assert!(comparison.to_string().contains("id ***"), "{comparison}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_with_another_feed_is_left_alone() {
    let fresh = Fresh::migrated().await;
    let trial = taken_in(&fresh.database).await;
    let beside = Increment::new(&fresh.database, "beside", &trial.from, &trial.live);
    let flow = Trial::flow();
    let error = beside
        .rebuild(&flow, trial.blank(), &trial.today)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
    assert!(
        error.to_string().contains("is fed by pipeline version_t"),
        "{error}"
    );
    assert_eq!(fresh.one(TABLE).await, "0 5, 1 6, 3 7");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_nothing_nothing_is_done() {
    let fresh = Fresh::migrated().await;
    let trial = Trial::new(&fresh.database, Keeping::Version, "t", 7).await;
    assert_eq!(trial.rebuild().await, Advance::default());
    assert!(trial.compare().await.is_same());
    assert_eq!(fresh.one("SELECT count(*) FROM meta.load").await, "0");
}

/// One after the other: whoever comes second finds nothing that differs.
#[tokio::test(flavor = "multi_thread")]
async fn two_rebuilds_and_an_increment_at_once() {
    let fresh = Fresh::migrated().await;
    for kind in [Keeping::Version, Keeping::Lives, Keeping::Appended] {
        let mut trial = Trial::new(&fresh.database, kind, "race", 7).await;
        let mut dice = Dice(kind as u64);
        // alone on its day, so that the release changes it, whoever comes first
        let mut lone = rows(&trial.from, &[(0, 1, 5)]);
        lone[0].set(4, day(40)).unwrap();
        trial.load("lone", lone).await;
        for file in 0..12 {
            let rows = (0..20).map(|_| row(&trial.from, &mut dice)).collect();
            trial.load(&format!("{file}"), rows).await;
            if file == 8 {
                trial.run().await;
            }
        }
        trial.today.release.store(1, Ordering::Relaxed);
        let (one, other, run, compared) = tokio::join!(
            trial.rebuild(),
            trial.rebuild(),
            trial.run(),
            trial.compare()
        );
        assert!(one.applied.is_some() && other.applied.is_some());
        assert!(run.held.is_empty());
        drop(compared);
        let comparison = trial.compare().await;
        assert!(comparison.is_same(), "{kind:?}: {comparison}");
        // the second rebuild wrote nothing
        let loads = format!(
            "SELECT count(DISTINCT _changed_load) FROM {} WHERE _changed_load IN ({}, {})",
            trial.live.dataset().quoted(),
            one.applied.unwrap().load,
            other.applied.unwrap().load
        );
        assert_eq!(fresh.one(&loads).await, "1", "{kind:?}");
    }
}

const WHAT: &str = "ML_BACKFILL_WHAT";

/// Under the stage of tomorrow.
async fn again(database: &Database, what: &str) {
    let trial = Trial::found(database, Keeping::Version, "t", 2);
    trial.today.release.store(1, Ordering::Relaxed);
    trial.today.mended.store(true, Ordering::Relaxed);
    match what {
        "rebuild" => drop(trial.rebuild().await),
        _ => drop(trial.backfill(Span::loads(LoadId(2)..)).await),
    }
}

/// Not a test of its own: what the copy of this program does until it is killed.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(child) = killer::told() else {
        return;
    };
    child.arm();
    again(&open(&child.url, 4), &env::var(WHAT).unwrap()).await;
}

pub(crate) const CONTENT: &str = "SELECT (SELECT string_agg(to_jsonb(r)::text, ' ' ORDER BY id) FROM \
    (SELECT id, part, version, content, _deleted, _load_id, _record_no FROM silver.version_t) AS r) \
    || (SELECT string_agg(load_id || state, ' ' ORDER BY load_id) FROM meta.consumed)";

/// An unload is pending, an input is held, and the stage is another one.
pub(crate) async fn killing(what: &str) -> Killing {
    let before = Fresh::migrated().await;
    {
        let database = open(&before.url, 4);
        let trial = taken_in(&database).await;
        let unloaded = database.unload(&trial.landing(), LoadId(1), "wrong").await;
        assert_eq!(unloaded.unwrap().rows, 2);
    }
    Killing::of("backfill::child", before).told(WHAT, what)
}

async fn killed_at_every_step(what: &str) -> u32 {
    let killing = killing(what).await;
    let clean = killing.before.copy().await;
    again(&clean.database, what).await;
    let expected = clean.one(CONTENT).await;
    for step in 1.. {
        let fresh = killing.before.copy().await;
        let (_, has_ended) = killing.kill(&fresh, killer::at(step)).await;
        again(&fresh.database, what).await;
        assert_eq!(
            fresh.one(CONTENT).await,
            expected,
            "{what} killed at step {step}"
        );
        if has_ended {
            return step - 1;
        }
    }
    unreachable!("the steps end")
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_a_backfill() {
    assert!(killed_at_every_step("backfill").await >= 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_a_rebuild() {
    assert!(killed_at_every_step("rebuild").await >= 12);
}

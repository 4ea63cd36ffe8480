//! Readers see one age in a statement and in a transaction, and wait for nobody.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use metalayer::pg::Mode;
use metalayer::prelude::*;
use ml_chaos::Dice;
use tokio_postgres::{Client, IsolationLevel};

use super::shop;
use crate::support::{Fresh, open};

const TOTALS: &str = "SELECT facts::text, lines::text, amount::text, daily_amount::text, orphans, \
    (SELECT count(*) FROM pg_views WHERE schemaname = 'gold') FROM gold.v_totals";
/// Whoever waits for a lock longer than that fails.
pub(super) const IMPATIENT: &str = "SET lock_timeout = '200ms'";

/// One statement, which must see facts and aggregate of one age, every member and every view.
pub(super) async fn look(client: &Client) -> String {
    let row = client.query_one(TOTALS, &[]).await.unwrap();
    let at = |nth: usize| row.get::<_, String>(nth);
    assert_eq!(at(0), at(1), "facts and aggregate of different ages");
    let amounts: [rust_decimal::Decimal; 2] = [2, 3].map(|nth| at(nth).parse().unwrap());
    assert_eq!(
        amounts[0], amounts[1],
        "facts and aggregate of different ages"
    );
    assert_eq!((row.get::<_, i64>(4), row.get::<_, i64>(5)), (0, 1));
    format!("{} {}", at(0), at(2))
}

/// Statements of their own, until it is over; answers how many ages they saw.
async fn loop_of_statements(fresh: &Fresh, done: &AtomicBool) -> u32 {
    let database = open(&fresh.url, 1);
    let client = database.client().await.unwrap();
    client.batch_execute(IMPATIENT).await.unwrap();
    let (mut ages, mut last) = (0, String::new());
    while !done.load(Ordering::Relaxed) {
        let seen = look(&client).await;
        ages += u32::from(seen != last);
        last = seen;
    }
    ages
}

/// One transaction, in which nothing ever changes.
pub(super) async fn long_reader(fresh: &Fresh, begun: &AtomicBool, done: &AtomicBool) -> u32 {
    let database = open(&fresh.url, 1);
    let mut client = database.client().await.unwrap();
    client.batch_execute(IMPATIENT).await.unwrap();
    let client: &mut Client = &mut client;
    let tx = client.build_transaction();
    let tx = tx.isolation_level(IsolationLevel::RepeatableRead);
    let tx = tx.start().await.unwrap();
    let first = look(tx.client()).await;
    begun.store(true, Ordering::Relaxed);
    let mut looks = 1;
    while !done.load(Ordering::Relaxed) {
        assert_eq!(look(tx.client()).await, first);
        looks += 1;
    }
    looks
}

async fn read_during(mode: Mode) {
    let mut dice = Dice(11);
    let fresh = Fresh::migrated().await;
    shop::create(&fresh.database).await;
    fresh.run(&shop::load(&mut dice)).await;
    let refresh = shop::refresh(&fresh, "gold");
    shop::run(&refresh).await;
    let (begun, done) = (AtomicBool::new(false), AtomicBool::new(false));
    let written = AtomicU32::new(0);
    let writer = async {
        while !begun.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
        for _ in 0..12 {
            fresh.run(&shop::load(&mut dice)).await;
            let flow = Flow::new(Gate::off());
            let refreshed = match mode {
                Mode::Incremental => refresh.run(&flow).await.unwrap(),
                Mode::Full => refresh.rebuild(&flow).await.unwrap(),
            };
            assert_eq!(refreshed.mode, Some(mode));
            let changed = refreshed.steps.iter();
            let changed = changed.filter(|(step, rows)| {
                *rows > 0
                    && [
                        "fct_sales: insert",
                        "fct_sales: update",
                        "fct_sales: delete",
                    ]
                    .contains(&&**step)
            });
            written.fetch_add(u32::from(changed.count() > 0), Ordering::Relaxed);
        }
        done.store(true, Ordering::Relaxed);
    };
    let (ages, looks, ()) = tokio::join!(
        loop_of_statements(&fresh, &done),
        long_reader(&fresh, &begun, &done),
        writer
    );
    let written = written.load(Ordering::Relaxed);
    assert!(
        written > 4 && ages > 4 && looks > 4,
        "{written} {ages} {looks}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_do_not_notice_incremental_refreshes() {
    read_during(Mode::Incremental).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_do_not_notice_full_refreshes() {
    read_during(Mode::Full).await;
}

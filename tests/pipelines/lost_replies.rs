//! H2: the answer to a COMMIT is lost, over and over: nothing is lost and nothing is there twice.

use std::time::Instant;

use metalayer::prelude::*;
use ml_chaos::{Break, Fault, Message, Proxy};

use crate::aftermath::{Reader, has_guests};
use crate::chaos_example::check::{Check, Reach};
use crate::guests::{hotel, load, table, written};
use crate::support::open;

async fn lost(times: i64) {
    let began = Instant::now();
    let folder = tempfile::tempdir().unwrap();
    let fresh = hotel().await;
    let proxy = Proxy::start(&fresh.url).await.unwrap();
    let mut store = Store::new(&open(&proxy.url(), 4), &table());
    let reader = Reader::start(&fresh.url, "bronze.guests", &[]);
    for nth in 0..times {
        let lines: String = (nth * 10..nth * 10 + 10)
            .map(|id| format!("{id},guest,2\n"))
            .collect();
        let path = written(folder.path(), &format!("{nth}.csv"), &lines);
        proxy.plan(Fault {
            message: Message::Query("COMMIT"),
            at: Break::After,
        });
        let outcome = load(&path, &mut store, Gate::default()).await.unwrap();
        assert!(matches!(outcome, Outcome::Applied(_)), "{nth}: {outcome:?}");
        assert!(!proxy.is_pending(), "{nth}: the answer was not lost");
        let again = load(&path, &mut store, Gate::default()).await.unwrap();
        assert!(matches!(again, Outcome::Replayed(_)), "{nth}: {again:?}");
    }
    drop(store);
    let snapshots = reader.stop().await;
    has_guests(&fresh.url, times * 10).await;
    println!("H2: {times} of {times} resolved right; {snapshots} snapshots, none torn");
    Check::held(
        "lost answers to COMMIT",
        Reach::AtRandom,
        times as u64,
        began,
    )
    .tell();
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_answers() {
    lost(50).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn a_thousand_answers_for_long() {
    lost(1_000).await;
}

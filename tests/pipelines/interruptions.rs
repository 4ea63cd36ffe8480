//! F5: a load is dropped, its runtime goes, the host panics in its observer: nothing is left, and the host's pool serves on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use metalayer::prelude::*;
use ml_chaos::Dice;

use crate::aftermath::{has_guests, is_whole};
use crate::guests::{Guest, file, hotel, judge, table};
use crate::support::open;

const GUESTS: u32 = 2_000;

async fn load(database: Database, path: PathBuf, flow: Flow) -> Result<Outcome> {
    let mut feed = CsvFile::<Guest>::new(path, judge()).chunk(50);
    let mut store = Store::new(&database, &table());
    flow.run(&mut feed, &mut store).await
}

fn flow() -> Flow {
    Flow::new(Gate::default())
}

/// The content loads, whatever an interrupted load has left: by that one, or now.
async fn serves_on(database: &Database, path: &Path, url: &str) {
    let mut outcome = load(database.clone(), path.to_owned(), flow())
        .await
        .unwrap();
    for _ in 0..200 {
        if !matches!(outcome, Outcome::Busy(_)) {
            break;
        }
        // the session of a dropped load goes by itself, a moment later
        tokio::time::sleep(Duration::from_millis(20)).await;
        outcome = load(database.clone(), path.to_owned(), flow())
            .await
            .unwrap();
    }
    assert!(
        matches!(outcome, Outcome::Applied(_) | Outcome::Replayed(_)),
        "{outcome:?}"
    );
    has_guests(url, i64::from(GUESTS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_future_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "guests.csv", GUESTS);
    let mut dice = Dice(5);
    for _ in 0..12 {
        let fresh = hotel().await;
        // one slot: were it lost, the next would wait for ever
        let database = open(&fresh.url, 1);
        let at = Duration::from_micros(dice.below(150_000));
        let loading = load(database.clone(), path.clone(), flow());
        let _ = tokio::time::timeout(at, loading).await;
        let task = tokio::spawn(load(database.clone(), path.clone(), flow()));
        tokio::time::sleep(Duration::from_micros(dice.below(50_000))).await;
        task.abort();
        let _ = task.await;
        is_whole(&fresh.url, "bronze.guests").await;
        serves_on(&database, &path, &fresh.url).await;
    }
}

/// At its end, and after half of the load.
#[tokio::test(flavor = "multi_thread")]
async fn the_runtime_is_shut_down() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "guests.csv", GUESTS);
    for patience in [Duration::ZERO, Duration::from_millis(60)] {
        let fresh = hotel().await;
        let (url, file) = (fresh.url.clone(), path.clone());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let database = open(&url, 2);
            let loading = runtime.spawn(load(database, file, flow()));
            std::thread::sleep(patience);
            runtime.shutdown_timeout(Duration::from_secs(5));
            drop(loading);
        });
        tokio::task::spawn_blocking(|| thread.join())
            .await
            .unwrap()
            .unwrap();
        is_whole(&fresh.url, "bronze.guests").await;
        serves_on(&open(&fresh.url, 1), &path, &fresh.url).await;
    }
}

/// Panics at the n-th event.
struct Panics(std::sync::atomic::AtomicU32);

#[async_trait]
impl Observer for Panics {
    async fn see(&self, _: Event<'_>) {
        let left = self.0.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
        assert_ne!(left, 1, "the host panics");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_observer_panics() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "guests.csv", GUESTS);
    // its beginning, its chunks, its end
    for nth in [1, 2, 20, 41, 42] {
        let fresh = hotel().await;
        let database = open(&fresh.url, 1);
        let observer = Arc::new(Panics(nth.into()));
        let loading = load(database.clone(), path.clone(), flow().observer(observer));
        let ended = tokio::spawn(loading).await;
        assert!(ended.unwrap_err().is_panic(), "event {nth} did not come");
        is_whole(&fresh.url, "bronze.guests").await;
        serves_on(&database, &path, &fresh.url).await;
    }
}

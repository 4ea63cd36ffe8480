//! F4: a process stands still in the middle of a load. Another one is told who has the content, and since when; whether the
//! first goes on or its session is ended, the rows are there once.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use metalayer::core::Holder;
use metalayer::prelude::*;
use ml_chaos::{Signal, Victim};

use crate::aftermath::{connect, has_guests};
use crate::guests::{Guest, file, hotel, judge, load, table};
use crate::killer;
use crate::support::{Fresh, open};

/// What the child is told.
const FILE: &str = "ML_STILL_FILE";
const GUESTS: u32 = 1_000;

/// Stands still in the middle of a load.
struct Still;

#[async_trait]
impl Observer for Still {
    async fn see(&self, event: Event<'_>) {
        if let Event::Judged { progress, .. } = event
            && progress.is_some_and(|progress| progress.read > 0)
        {
            let _ = Signal::Stop.send(&[std::process::id()]);
        }
    }
}

/// Not a test of its own: what the copy of this program does.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(child) = killer::told() else {
        return;
    };
    let path = PathBuf::from(env::var_os(FILE).unwrap());
    let mut feed = CsvFile::<Guest>::new(path, judge()).chunk(1_000_000);
    let mut store = Store::new(&open(&child.url, 2), &table());
    let flow = Flow::new(Gate::default()).observer(Arc::new(Still));
    let outcome = flow.run(&mut feed, &mut store).await;
    // its session may have been ended meanwhile
    if let Err(error) = outcome {
        assert!(error.class().passes(), "{error:?}");
    }
}

/// A child that stands still, and who has its content by then.
async fn still(fresh: &Fresh, path: &Path, store: &mut Store) -> (Victim, Holder) {
    let told = [(FILE, path.to_str().unwrap())];
    let mut child = killer::spawn("standstill::child", &fresh.url, None, &told);
    let began = Instant::now();
    child.stopped().await.unwrap();
    let stood = Duration::from_millis(100);
    tokio::time::sleep(stood).await;
    let outcome = load(path, store, Gate::default()).await.unwrap();
    let Outcome::Busy(Some(holder)) = outcome else {
        panic!("{outcome:?}")
    };
    let age = holder.age.unwrap();
    assert!(stood <= age && age < began.elapsed(), "{holder}");
    let busy = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND datname = current_database() AND xact_start IS NOT NULL";
    let client = connect(&fresh.url).await;
    let row = client.query_one(busy, &[&holder.process]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 1, "{holder}");
    (child, holder)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "guests.csv", GUESTS);
    let fresh = hotel().await;
    let mut store = Store::new(&fresh.database, &table());
    let (mut child, _) = still(&fresh, &path, &mut store).await;
    child.cont().unwrap();
    assert!(killer::has_ended(&mut child).await);
    let outcome = load(&path, &mut store, Gate::default()).await.unwrap();
    assert!(matches!(outcome, Outcome::Replayed(_)), "{outcome:?}");
    has_guests(&fresh.url, i64::from(GUESTS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_session_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "guests.csv", GUESTS);
    let fresh = hotel().await;
    let mut store = Store::new(&fresh.database, &table());
    let (mut child, holder) = still(&fresh, &path, &mut store).await;
    let ended = format!("SELECT pg_terminate_backend({}, 5000)", holder.process);
    assert_eq!(fresh.one(&ended).await, "true");
    let outcome = load(&path, &mut store, Gate::default()).await.unwrap();
    assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
    child.cont().unwrap();
    assert!(killer::has_ended(&mut child).await);
    has_guests(&fresh.url, i64::from(GUESTS)).await;
}

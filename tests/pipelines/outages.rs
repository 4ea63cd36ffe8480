//! G2, G3, G7: the server crashes, is stopped, stands still, and is restored from an older copy, with loads under way.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use metalayer::core::Class;
use metalayer::prelude::*;
use ml_chaos::{Halt, Message, Proxy, Signal};
use tokio::task::{JoinSet, block_in_place};

use crate::aftermath::{Inn, Reader, connect, has_guests, number, quick};
use crate::chaos_example::check::{Check, Reach};
use crate::guests::{load, table, written};
use crate::support::open;

const GUESTS: i64 = 400;

/// The n-th file, of guests that no other has.
fn nth(folder: &Path, nth: i64) -> PathBuf {
    let ids = nth * GUESTS..(nth + 1) * GUESTS;
    let lines: String = ids.map(|id| format!("{id},guest {id},2\n")).collect();
    written(folder, &format!("{nth}.csv"), &lines)
}

/// Loads a file until it is there; how often that was tried.
async fn arrive(database: Database, path: PathBuf) -> u32 {
    let mut store = Store::new(&database, &table());
    let (mut attempts, mut tried) = (quick().begin(), 1);
    loop {
        let error = match load(&path, &mut store, Gate::default()).await {
            // what a dead session holds goes with it, a moment later
            Ok(Outcome::Busy(_)) => Error::storage("busy").classed(Class::Transient),
            Ok(Outcome::Refused(receipt)) => panic!("{receipt:?}"),
            Ok(Outcome::Applied(_) | Outcome::Replayed(_)) => return tried,
            Err(error) => error,
        };
        attempts.after(error).await.unwrap();
        tried += 1;
    }
}

/// Ten at a time, without end, until so many are through; answers how many attempts that took.
async fn bystanders(database: &Database, folder: &Path, from: i64, files: i64) -> u32 {
    let mut loads = JoinSet::new();
    for number in from..from + files {
        loads.spawn(arrive(database.clone(), nth(folder, number)));
    }
    loads.join_all().await.into_iter().sum()
}

/// The server is struck while ten loads are under way, so many times; all are there afterwards, each once.
async fn struck(inn: &mut Inn, strikes: i64, strike: impl AsyncFn(&mut Inn)) {
    let folder = tempfile::tempdir().unwrap();
    let reader = Reader::start(&inn.url, "bronze.guests", &[]);
    for round in 0..strikes {
        let (database, path) = (inn.database.clone(), folder.path().to_owned());
        let others =
            tokio::spawn(async move { bystanders(&database, &path, round * 10, 10).await });
        tokio::time::sleep(Duration::from_millis(30 + 7 * (round as u64 % 10))).await;
        let began = Instant::now();
        strike(inn).await;
        drop(connect(&inn.url).await);
        let down = began.elapsed();
        let attempts = others.await.unwrap();
        println!("{attempts} attempts of 10 loads, server back after {down:?}");
        has_guests(&inn.url, (round + 1) * 10 * GUESTS).await;
    }
    let snapshots = reader.stop().await;
    println!("{strikes} strikes; {snapshots} snapshots, none torn");
}

/// G2: a session in the middle of something is killed, and with it all others of the cluster. The session that strikes goes
/// with them, so that nobody else's is taken for it.
async fn crash(inn: &mut Inn) {
    let client = connect(&inn.url).await;
    let any = "SELECT pid FROM pg_stat_activity WHERE application_name = 'metalayer' ORDER BY state = 'idle', pid LIMIT 1";
    if let Ok(Some(row)) = client.query_opt(any, &[]).await {
        // gone by itself, it is no crash, and the next round has one
        let _ = Signal::Kill.send(&[row.get::<_, i32>(0) as u32]);
    }
    let began = Instant::now();
    while !client.is_closed() {
        assert!(began.elapsed() < Duration::from_secs(30), "no crash");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_killed() {
    struck(&mut Inn::with(&[]).await, 2, crash).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn a_session_is_killed_for_long() {
    let began = Instant::now();
    struck(&mut Inn::with(&[]).await, 50, crash).await;
    let name = "crashes of the server with ten loads under way";
    Check::held(name, Reach::AtRandom, 50, began).tell();
}

/// G3: and comes back.
#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_stopped() {
    let mut inn = Inn::with(&[]).await;
    for end in [Halt::Fast, Halt::Immediate] {
        let folder = tempfile::tempdir().unwrap();
        let before = i64::from(end == Halt::Immediate) * 10;
        let (database, path) = (inn.database.clone(), folder.path().to_owned());
        let others = tokio::spawn(async move { bystanders(&database, &path, before, 10).await });
        tokio::time::sleep(Duration::from_millis(40)).await;
        block_in_place(|| inn.server.stop(end)).unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        block_in_place(|| inn.server.start_again()).unwrap();
        println!("{end:?}: {} attempts of 10 loads", others.await.unwrap());
        has_guests(&inn.url, (before + 10) * GUESTS).await;
    }
}

/// What keeps a server from flushing to disk what no commit waits for: whole pages of its log, which are written one page
/// after the other, are still flushed.
const IDLE: [(&str, &str); 3] = [
    ("autovacuum", "off"),
    ("full_page_writes", "off"),
    ("wal_writer_delay", "10s"),
];

/// G3: a crash gives ids again of which nothing reached the disk: a load whose COMMIT went unanswered, and another that has
/// its number and its transaction id since, are told apart. Answers whether that came about.
async fn ids_are_given_again() -> bool {
    let mut inn = Inn::with(&IDLE).await;
    let folder = tempfile::tempdir().unwrap();
    let [lost, other] = ["1,Ada,2\n", "2,Bob,2\n"]
        .map(|line| written(folder.path(), &format!("{}.csv", &line[2..5]), line));
    let proxy = Proxy::start(&inn.url).await.unwrap();
    let mut hold = proxy.hold(Message::Query("COMMIT"));
    let mut store = Store::new(&open(&proxy.url(), 2), &table());
    let client = connect(&inn.url).await;
    // what follows is less than the page that it begins
    client.simple_query("SELECT pg_switch_wal()").await.unwrap();
    let losing = tokio::spawn(async move { load(&lost, &mut store, Gate::default()).await });
    hold.reached().await;
    let begun = "SELECT min(backend_xid::text::bigint) FROM pg_stat_activity";
    let begun = number(&client, begun).await;
    block_in_place(|| inn.server.stop(Halt::Immediate)).unwrap();
    block_in_place(|| inn.server.start_again()).unwrap();
    let mut store = Store::new(&inn.database, &table());
    let done = quick().run(async || load(&other, &mut store, Gate::default()).await);
    let done = done.await.unwrap();
    assert!(matches!(done, Outcome::Applied(_)), "{done:?}");
    let entered = "SELECT coalesce(min(xid::text::bigint), 0) FROM meta.load WHERE load_id = 1";
    let entered = number(&connect(&inn.url).await, entered).await;
    drop(hold);
    let error = losing.await.unwrap().unwrap_err();
    let said = "load 1 into bronze.guests was rolled back";
    assert!(error.to_string().starts_with(said), "{error:?}");
    drop(store);
    has_guests(&inn.url, 1).await;
    entered == begun
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_of_another_is_not_taken_for_its_own() {
    for _ in 0..5 {
        if ids_are_given_again().await {
            return;
        }
    }
    panic!("no id was given again");
}

/// G3: all of it stands still for longer than silence is borne; nothing waits for it without end.
#[tokio::test(flavor = "multi_thread")]
async fn the_server_stands_still() {
    let inn = Inn::with(&[]).await;
    let folder = tempfile::tempdir().unwrap();
    let silence = Duration::from_secs(2);
    let config = Config::new(&inn.url.as_str().into()).unwrap();
    let database = Database::open(&config.slots(16).silence(silence)).unwrap();
    let path = nth(folder.path(), 0);
    let (client, file) = (database.clone(), path.clone());
    inn.server.pause().unwrap();
    let began = Instant::now();
    let mut store = Store::new(&client, &table());
    let error = load(&file, &mut store, Gate::default()).await.unwrap_err();
    assert!(error.class().passes(), "{error:?}");
    let took = began.elapsed();
    assert!(took < silence * 8, "{took:?}");
    let others = bystanders(&database, folder.path(), 0, 10);
    let going = async {
        tokio::time::sleep(silence * 2).await;
        inn.server.resume().unwrap();
    };
    let (attempts, ()) = tokio::join!(others, going);
    println!("{attempts} attempts of 10 loads; the first error after {took:?}");
    has_guests(&inn.url, 10 * GUESTS).await;
}

/// G3: only the process that lets sessions in stands still: those that are in go on, others come in once it goes on.
#[tokio::test(flavor = "multi_thread")]
async fn the_door_stands_still() {
    let inn = Inn::with(&[]).await;
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::new(&inn.database, &table());
    load(&nth(folder.path(), 0), &mut store, Gate::default())
        .await
        .unwrap();
    Signal::Stop.send(&[inn.server.process()]).unwrap();
    load(&nth(folder.path(), 1), &mut store, Gate::default())
        .await
        .unwrap();
    let (database, path) = (inn.database.clone(), folder.path().to_owned());
    let others = tokio::spawn(async move { bystanders(&database, &path, 2, 8).await });
    tokio::time::sleep(Duration::from_secs(2)).await;
    Signal::Continue.send(&[inn.server.process()]).unwrap();
    others.await.unwrap();
    drop(store);
    has_guests(&inn.url, 10 * GUESTS).await;
}

/// G7: whatever the server is set to, what was acknowledged outlives the loss of its memory.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there() {
    let lazy = [("synchronous_commit", "off"), ("wal_writer_delay", "10s")];
    let mut inn = Inn::with(&lazy).await;
    let folder = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let mut store = Store::new(&inn.database, &table());
        let file = nth(folder.path(), round);
        let acknowledged = quick().run(async || load(&file, &mut store, Gate::default()).await);
        let acknowledged = acknowledged.await.unwrap();
        assert!(
            matches!(acknowledged, Outcome::Applied(_)),
            "{acknowledged:?}"
        );
        block_in_place(|| inn.server.stop(Halt::Immediate)).unwrap();
        block_in_place(|| inn.server.start_again()).unwrap();
        drop(store);
        has_guests(&inn.url, (round + 1) * GUESTS).await;
    }
}

/// G7: the ledger goes back in time with the rows, so that exactly the loads that are missing come in again.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_takes_in_again_what_is_missing() {
    let mut inn = Inn::with(&[]).await;
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = (0..6).map(|number| nth(folder.path(), number)).collect();
    let replayed = async |inn: &Inn, files: &[PathBuf]| {
        let database = open(&inn.url, 2);
        let mut store = Store::new(&database, &table());
        let mut replayed = Vec::new();
        for file in files {
            let outcome = load(file, &mut store, Gate::default()).await.unwrap();
            replayed.push(matches!(outcome, Outcome::Replayed(_)));
        }
        replayed
    };
    assert_eq!(replayed(&inn, &files[..3]).await, [false; 3]);
    block_in_place(|| inn.server.stop(Halt::Fast)).unwrap();
    let copy = inn.server.back_up().unwrap();
    block_in_place(|| inn.server.start_again()).unwrap();
    assert_eq!(
        replayed(&inn, &files).await,
        [true, true, true, false, false, false]
    );
    block_in_place(|| inn.server.stop(Halt::Immediate)).unwrap();
    inn.server.restore(&copy).unwrap();
    block_in_place(|| inn.server.start_again()).unwrap();
    has_guests(&inn.url, 3 * GUESTS).await;
    assert_eq!(
        replayed(&inn, &files).await,
        [true, true, true, false, false, false]
    );
    assert_eq!(replayed(&inn, &files).await, [true; 6]);
    has_guests(&inn.url, 6 * GUESTS).await;
}

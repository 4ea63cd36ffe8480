//! G4, E6: the disk of the rows is full, and the disk of the log. Loads wait, do not spin, and are there once there is room.

use std::time::{Duration, Instant};

use metalayer::core::Class;
use metalayer::pg::Backoff;
use metalayer::prelude::*;
use ml_chaos::{Disk, Halt, Unlimited};
use tokio::task::block_in_place;

use crate::aftermath::{Inn, has_guests};
use crate::guests::{file, load, table};

const GUESTS: u32 = 20_000;

/// Says aloud that this machine cannot do it, which is no pass; where it says nothing, the disk is there.
fn told(disk: Result<Disk, Unlimited>) -> Option<Disk> {
    let said = disk.as_ref().err().map(Unlimited::to_string);
    assert!(said.is_none_or(|said| said.starts_with("NOT TESTED: ")));
    disk.ok()
}

/// Pauses between 200 and 400 ms where something is full.
fn patient() -> Backoff {
    Backoff::default()
        .attempts(60)
        .longest(Duration::from_millis(400))
        .budget(Duration::from_secs(120))
}

/// Tries to load while there is no room, makes room after two seconds, and is there; answers how often it tried before that.
async fn waits(inn: &Inn, disk: &Disk) -> u32 {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "guests.csv", GUESTS);
    let mut store = Store::new(&inn.database, &table());
    let error = load(&path, &mut store, Gate::default()).await.unwrap_err();
    assert_eq!(error.class(), Class::Wait, "{error:?}");
    assert!(error.chain().contains("53100"), "{error:?}");
    has_guests(&inn.url, 0).await;
    let (mut while_full, room) = (0, Instant::now() + Duration::from_secs(2));
    let loaded = patient().run(async || {
        while_full += u32::from(Instant::now() < room);
        load(&path, &mut store, Gate::default()).await
    });
    let freed = async {
        tokio::time::sleep_until(room.into()).await;
        disk.free().unwrap();
        Instant::now()
    };
    let (outcome, freed) = tokio::join!(loaded, freed);
    assert!(matches!(outcome.unwrap(), Outcome::Applied(_)));
    println!(
        "G4: {while_full} attempts in 2 s without room, there {:?} after there was some",
        freed.elapsed()
    );
    drop(store);
    has_guests(&inn.url, i64::from(GUESTS)).await;
    while_full
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_of_the_rows() {
    let inn = Inn::with(&[]).await;
    let owner = inn.server.dir().join("data");
    let Some(disk) = told(Disk::of(64 << 20, &owner)) else {
        return;
    };
    let space = disk.folder("space", &owner).unwrap();
    let client = crate::aftermath::connect(&inn.url).await;
    for statement in [
        &format!("CREATE TABLESPACE small LOCATION '{}'", space.display()),
        "ALTER TABLE bronze.guests SET TABLESPACE small",
    ] {
        client.batch_execute(statement).await.unwrap();
    }
    disk.fill_but(256 << 10).unwrap();
    let while_full = waits(&inn, &disk).await;
    assert!((1..=11).contains(&while_full), "{while_full} attempts");
    drop(inn);
}

/// Without room for its log the server goes down as a whole. It comes back once there is some, and nothing that was
/// acknowledged is gone.
#[tokio::test(flavor = "multi_thread")]
async fn the_disk_of_the_log() {
    let small = [("min_wal_size", "32MB"), ("max_wal_size", "48MB")];
    let mut inn = Inn::with(&small).await;
    let owner = inn.server.dir().join("data");
    let Some(disk) = told(Disk::of(96 << 20, &owner)) else {
        return;
    };
    block_in_place(|| inn.server.stop(Halt::Fast)).unwrap();
    let log = owner.join("pg_wal");
    let moved = disk.folder("log", &owner).unwrap();
    let copied = std::process::Command::new("cp")
        .args(["-Rp", &format!("{}/.", log.display())])
        .arg(&moved)
        .status();
    assert!(copied.unwrap().success());
    std::fs::remove_dir_all(&log).unwrap();
    std::os::unix::fs::symlink(&moved, &log).unwrap();
    block_in_place(|| inn.server.start_again()).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let first = file(folder.path(), "first.csv", 1_000);
    let mut store = Store::new(&inn.database, &table());
    load(&first, &mut store, Gate::default()).await.unwrap();
    disk.fill_but(0).unwrap();
    // more than what is left in the segments that are there
    let lines: String = (1_000..301_000)
        .map(|id| format!("{id},guest,2\n"))
        .collect();
    let more = crate::guests::written(folder.path(), "more.csv", &lines);
    let error = load(&more, &mut store, Gate::default()).await.unwrap_err();
    assert!(error.class().passes(), "{error:?}");
    println!("G4: {error:?}");
    disk.free().unwrap();
    block_in_place(|| inn.server.stop(Halt::Immediate)).unwrap();
    block_in_place(|| inn.server.start_again()).unwrap();
    has_guests(&inn.url, 1_000).await;
    let loaded = patient().run(async || load(&more, &mut store, Gate::default()).await);
    assert!(matches!(loaded.await.unwrap(), Outcome::Applied(_)));
    drop(store);
    has_guests(&inn.url, 301_000).await;
    drop(inn);
}

//! G5: a table is locked for DDL, two wait for each other, serializable transactions conflict: each is refused for a reason that
//! passes, and comes through when it is run again.

use std::time::{Duration, Instant};

use metalayer::core::{Class, Kind, Records};
use metalayer::pg::Joined;
use metalayer::prelude::*;
use tokio_postgres::{Client, IsolationLevel};

use crate::aftermath::{connect, has_guests, quick};
use crate::chaos_example::check::{Check, Reach};
use crate::guests::{Guest, file, hotel, load, table};
use crate::support::Fresh;

/// Longer than a lock is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn the_table_is_locked_for_ddl() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "guests.csv", 100);
    let fresh = hotel().await;
    let other = connect(&fresh.url).await;
    let locked = "BEGIN; LOCK TABLE bronze.guests IN ACCESS EXCLUSIVE MODE";
    other.batch_execute(locked).await.unwrap();
    let mut store = Store::new(&fresh.database, &table());
    let began = Instant::now();
    let error = load(&path, &mut store, Gate::default()).await.unwrap_err();
    assert!(began.elapsed() >= Duration::from_secs(5), "{error:?}");
    assert_eq!(
        (error.kind(), error.class()),
        (Kind::Conflict, Class::Transient)
    );
    let again = quick().run(async || load(&path, &mut store, Gate::default()).await);
    let going = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        other.batch_execute("COMMIT").await.unwrap();
    };
    let (outcome, ()) = tokio::join!(again, going);
    assert!(matches!(outcome.unwrap(), Outcome::Applied(_)));
    drop(store);
    has_guests(&fresh.url, 100).await;
}

/// The load has the ledger and wants the table, another one has the table and wants the ledger; the load gives way.
#[tokio::test(flavor = "multi_thread")]
async fn two_wait_for_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "guests.csv", 100);
    let fresh = hotel().await;
    let other = connect(&fresh.url).await;
    let first =
        "SET deadlock_timeout = '1min'; BEGIN; LOCK TABLE bronze.guests IN ACCESS EXCLUSIVE MODE";
    other.batch_execute(first).await.unwrap();
    let mut store = Store::new(&fresh.database, &table());
    let watcher = connect(&fresh.url).await;
    let crossing = async {
        let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'bronze.guests'::regclass";
        while crate::aftermath::number(&watcher, waits).await == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        other
            .batch_execute("LOCK TABLE meta.load IN ACCESS EXCLUSIVE MODE; COMMIT")
            .await
    };
    let (loaded, crossed) = tokio::join!(load(&path, &mut store, Gate::default()), crossing);
    crossed.unwrap();
    let error = loaded.unwrap_err();
    assert!(error.chain().contains("40P01"), "{error:?}");
    assert_eq!(
        (error.kind(), error.class()),
        (Kind::Conflict, Class::Transient)
    );
    has_guests(&fresh.url, 0).await;
    load(&path, &mut store, Gate::default()).await.unwrap();
    drop(store);
    has_guests(&fresh.url, 100).await;
}

/// What a session does in a serializable transaction of the host's: looks how many guests there are, loads one, commits.
const STEPS: usize = 3;

/// Every order in which sessions take their steps.
fn orders(left: &mut [usize], so_far: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
    if left.iter().all(|left| *left == 0) {
        return all.push(so_far.clone());
    }
    for session in 0..left.len() {
        if left[session] > 0 {
            left[session] -= 1;
            so_far.push(session);
            orders(left, so_far, all);
            so_far.pop();
            left[session] += 1;
        }
    }
}

/// The guest of a session in a round.
fn guest(round: usize, session: usize) -> Records<Guest> {
    let id = (round * 10 + session) as i64;
    let name = Some(String::from("guest"));
    let guest = Guest {
        id,
        name,
        nights: Some(1),
    };
    Records::new(format!("{id}"), vec![guest])
}

/// All steps of one session at once.
async fn alone(client: &mut Client, mut feed: Records<Guest>) -> Result<Outcome> {
    let mut host = client.transaction().await.unwrap();
    let mut store = Joined::new(&mut host, &table());
    let outcome = Flow::new(Gate::default())
        .run(&mut feed, &mut store)
        .await?;
    host.commit().await.unwrap();
    Ok(outcome)
}

/// Sessions in every order of their steps; answers how many orders there were, and how many transactions had to give way.
async fn permuted(fresh: &Fresh, sessions: usize) -> (usize, usize) {
    let (mut all, mut given_way) = (Vec::new(), 0);
    orders(&mut vec![STEPS; sessions], &mut Vec::new(), &mut all);
    let mut clients = Vec::new();
    for _ in 0..sessions {
        clients.push(connect(&fresh.url).await);
    }
    for (round, order) in all.iter().enumerate() {
        let mut hosts = Vec::new();
        for client in &mut clients {
            let begun = client.build_transaction();
            let begun = begun.isolation_level(IsolationLevel::Serializable);
            hosts.push(Some(begun.start().await.unwrap()));
        }
        let mut taken = vec![0; sessions];
        let mut again = Vec::new();
        for session in order.iter().copied() {
            taken[session] += 1;
            let Some(mut host) = hosts[session].take() else {
                continue; // it has given way
            };
            let failed = match taken[session] {
                1 => host
                    .query_one("SELECT count(*) FROM bronze.guests", &[])
                    .await
                    .err()
                    .map(|error| error.code().unwrap().code().to_owned()),
                2 => {
                    let mut feed = guest(round, session);
                    let mut store = Joined::new(&mut host, &table());
                    let loaded = Flow::new(Gate::default()).run(&mut feed, &mut store).await;
                    loaded.err().map(|error| {
                        assert_eq!(error.class(), Class::Transient, "{order:?}: {error:?}");
                        String::from("40001")
                    })
                }
                _ => {
                    let committed = host.commit().await;
                    again.extend(committed.err().map(|error| {
                        assert_eq!(error.code().unwrap().code(), "40001", "{order:?}");
                        session
                    }));
                    continue;
                }
            };
            match failed {
                None => hosts[session] = Some(host),
                Some(code) => {
                    assert_eq!(code, "40001", "{order:?}");
                    host.rollback().await.unwrap();
                    again.push(session);
                }
            }
        }
        drop(hosts);
        given_way += again.len();
        for session in again {
            let outcome = alone(&mut clients[session], guest(round, session)).await;
            assert!(matches!(outcome.unwrap(), Outcome::Applied(_)), "{order:?}");
        }
    }
    drop(clients);
    has_guests(&fresh.url, (all.len() * sessions) as i64).await;
    (all.len(), given_way)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_serializable_hosts_in_every_order() {
    let (orders, given_way) = permuted(&hotel().await, 2).await;
    println!("G5: {orders} orders, {given_way} transactions gave way");
    assert_eq!(orders, 20);
    assert!(given_way > 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn three_serializable_hosts_in_every_order_for_long() {
    let began = Instant::now();
    let (orders, given_way) = permuted(&hotel().await, 3).await;
    println!("G5: {orders} orders, {given_way} transactions gave way");
    assert_eq!(orders, 1_680);
    assert!(given_way > 0);
    let name = "orders of the steps of three serializable hosts";
    Check::held(name, Reach::Each, orders as u64, began).tell();
}

//! H3: a connection that stays open and says nothing, in the middle of a COPY, at COMMIT, and before a load begins. The client
//! gives up by its deadline, nothing is left, and run again the rows are there once.

use std::time::{Duration, Instant};

use metalayer::prelude::*;
use ml_chaos::{Break, Fault, Message, Proxy};

use crate::aftermath::has_guests;
use crate::guests::{file, hotel, load, table};

const GUESTS: u32 = 2_000;
const SILENCE: Duration = Duration::from_secs(3);

/// How long a client may take: twice the silence for the rows or the COMMIT, and as long again to ask what became of it.
const DEADLINE: Duration = Duration::from_secs(18);

/// A load over a connection that falls silent at a message; what it said.
async fn silent(message: Message) -> Result<Outcome> {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "guests.csv", GUESTS);
    let fresh = hotel().await;
    let proxy = Proxy::start(&fresh.url).await.unwrap();
    let config = Config::new(&proxy.url().as_str().into()).unwrap();
    let database = Database::open(&config.slots(2).silence(SILENCE)).unwrap();
    let mut store = Store::new(&database, &table());
    // the connection is there, and idle
    let none = crate::guests::written(folder.path(), "none.csv", "");
    load(&none, &mut store, Gate::default()).await.unwrap();
    let message = match message {
        Message::Nth(nth) => Message::Nth(proxy.messages() + nth),
        query => query,
    };
    proxy.plan(Fault {
        message,
        at: Break::Hole,
    });
    let began = Instant::now();
    let said = load(&path, &mut store, Gate::default()).await;
    let took = began.elapsed();
    assert!(!proxy.is_pending(), "it did not fall silent");
    assert!(took < DEADLINE + SILENCE, "{took:?}: {said:?}");
    println!("H3: {message:?}: {took:?}");
    drop((store, database));
    // a hole tells the server nothing; that the peer is gone its own timeouts tell it, or, here, the end of the proxy
    drop(proxy);
    let mut store = Store::new(&fresh.database, &table());
    let mut outcome = load(&path, &mut store, Gate::default()).await.unwrap();
    while let Outcome::Busy(holder) = outcome {
        assert!(began.elapsed() < DEADLINE * 5, "{holder:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        outcome = load(&path, &mut store, Gate::default()).await.unwrap();
    }
    assert!(
        matches!(outcome, Outcome::Applied(_) | Outcome::Replayed(_)),
        "{outcome:?}"
    );
    drop(store);
    has_guests(&fresh.url, i64::from(GUESTS)).await;
    said
}

/// The types of the messages of a load, for the place of a piece of its rows.
async fn third_piece() -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "guests.csv", GUESTS);
    let fresh = hotel().await;
    let proxy = Proxy::start(&fresh.url).await.unwrap();
    let mut store = Store::new(&crate::support::open(&proxy.url(), 2), &table());
    let none = crate::guests::written(folder.path(), "none.csv", "");
    load(&none, &mut store, Gate::default()).await.unwrap();
    let before = proxy.messages() as usize;
    load(&path, &mut store, Gate::default()).await.unwrap();
    let types = proxy.message_types();
    let mut pieces = (1..).zip(&types[before..]).filter(|(_, ty)| **ty == 'd');
    pieces.nth(2).unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_middle_of_the_rows() {
    let nth = third_piece().await;
    let error = silent(Message::Nth(nth)).await.unwrap_err();
    assert!(error.class().passes(), "{error:?}");
}

/// The server is asked on another connection: it still waits for the COMMIT.
#[tokio::test(flavor = "multi_thread")]
async fn at_the_commit() {
    let error = silent(Message::Query("COMMIT")).await.unwrap_err();
    assert!(error.class().passes(), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_is_idle() {
    let error = silent(Message::Nth(1)).await.unwrap_err();
    assert!(
        error.to_string().contains("has said nothing for 3 s"),
        "{error:?}"
    );
    assert!(error.class().passes(), "{error:?}");
}

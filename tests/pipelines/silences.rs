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

/// The rows and the COMMIT take the server longer than it may be silent elsewhere, and the COMMIT longer than it is waited for:
/// the server is asked until it knows.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_its_time_is_waited_for() {
    const SLOW: &str = "CREATE FUNCTION bronze.slow() RETURNS trigger LANGUAGE plpgsql AS \
            $$ BEGIN PERFORM pg_sleep(TG_ARGV[0]::double precision); RETURN NULL; END $$; \
         CREATE TRIGGER rows AFTER INSERT ON bronze.guests FOR EACH STATEMENT EXECUTE FUNCTION bronze.slow(3); \
         CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON bronze.guests DEFERRABLE INITIALLY DEFERRED \
            FOR EACH ROW EXECUTE FUNCTION bronze.slow(5)";
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "guests.csv", 1);
    let fresh = hotel().await;
    fresh.run(SLOW).await;
    let config = Config::new(&fresh.url.as_str().into()).unwrap();
    let database = Database::open(&config.slots(2).silence(Duration::from_secs(2))).unwrap();
    let mut store = Store::new(&database, &table());
    let outcome = load(&path, &mut store, Gate::default()).await.unwrap();
    assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
    has_guests(&fresh.url, 1).await;
}

//! What the proxy does to a connection, seen by a client of a real server.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use futures_util::SinkExt;
use ml_chaos::{Break, Fault, Message, Pace, Proxy};
use ml_embed::Cluster;
use tokio_postgres::{Client, NoTls};

static SERVER: LazyLock<Cluster> = LazyLock::new(|| Cluster::temporary().start().unwrap());

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn proxied() -> (Proxy, Client) {
    let proxy = Proxy::start(&SERVER.url("postgres")).await.unwrap();
    let client = connect(&proxy.url()).await;
    (proxy, client)
}

/// The next of these queries meets with this.
fn plan(proxy: &Proxy, query: &'static str, at: Break) {
    let message = Message::Query(query);
    proxy.plan(Fault { message, at });
}

async fn backends(of: i32) -> i64 {
    let client = connect(&SERVER.url("postgres")).await;
    let left = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1";
    client.query_one(left, &[&of]).await.unwrap().get(0)
}

async fn process(client: &Client) -> i32 {
    let own = client.query_one("SELECT pg_backend_pid()", &[]);
    own.await.unwrap().get(0)
}

async fn is_gone(process: i32) {
    let began = Instant::now();
    while backends(process).await > 0 {
        assert!(began.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hole_says_nothing_and_stays_open() {
    let (proxy, client) = proxied().await;
    let held = process(&client).await;
    plan(&proxy, "SELECT 1", Break::Hole);
    let patience = Duration::from_millis(500);
    for _ in 0..2 {
        let asked = tokio::time::timeout(patience, client.batch_execute("SELECT 1")).await;
        assert!(asked.is_err(), "it was answered");
    }
    assert!(!client.is_closed() && !proxy.is_pending());
    assert_eq!(backends(held).await, 1);
    // another one gets through, and all end with the proxy
    let other = connect(&proxy.url()).await;
    other.batch_execute("SELECT 1").await.unwrap();
    drop(proxy);
    is_gone(held).await;
    assert!(client.batch_execute("SELECT 1").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_is_one_on_both_sides() {
    let (proxy, client) = proxied().await;
    let held = process(&client).await;
    plan(&proxy, "SELECT 1", Break::Reset);
    let error = client.batch_execute("SELECT 1").await.unwrap_err();
    assert!(error.as_db_error().is_none(), "{error:?}");
    is_gone(held).await;
}

/// Of what a client sees of a reset: not an end in good order.
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_is_no_goodbye() {
    let proxy = Proxy::start(&SERVER.url("postgres")).await.unwrap();
    let (client, connection) = tokio_postgres::connect(&proxy.url(), NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    plan(&proxy, "SELECT 1", Break::Reset);
    let _ = client.batch_execute("SELECT 1").await;
    let error = connection.await.unwrap().unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("reset"), "{cause}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_comes_in_the_servers_place() {
    let (proxy, client) = proxied().await;
    let held = process(&client).await;
    plan(&proxy, "CREATE TABLE never ()", Break::Refused("53100"));
    let error = client.batch_execute("CREATE TABLE never ()").await;
    let error = error.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "53100");
    is_gone(held).await;
    let client = connect(&SERVER.url("postgres")).await;
    assert!(client.batch_execute("SELECT FROM never").await.is_err());
}

/// A prepared statement and a COPY are refused, too, wherever it is.
#[tokio::test(flavor = "multi_thread")]
async fn every_message_can_be_refused() {
    let table = connect(&SERVER.url("postgres")).await;
    table
        .batch_execute("CREATE TABLE rows_in (id int)")
        .await
        .unwrap();
    let (whole, client) = proxied().await;
    let began = whole.messages();
    assert!(copy(&client).await.is_ok());
    let messages = whole.messages();
    assert!(messages - began >= 6);
    for nth in began + 1..=messages {
        let (proxy, client) = proxied().await;
        let message = Message::Nth(nth);
        proxy.plan(Fault {
            message,
            at: Break::Refused("40001"),
        });
        let copied = tokio::time::timeout(Duration::from_secs(30), copy(&client)).await;
        let types = whole.message_types();
        let what = format!("{nth} of {types:?}: {copied:?}");
        // nobody listens to what becomes of a statement that is closed
        let place = nth as usize - 1;
        let is_heard = types[place] != 'C' && types[place - 1] != 'C';
        let code = copied
            .unwrap()
            .err()
            .and_then(|error| error.code().cloned());
        match code {
            Some(code) => assert_eq!(code.code(), "40001", "{what}"),
            None => assert!(!is_heard, "{what}"),
        }
    }
}

async fn copy(client: &Client) -> Result<(), tokio_postgres::Error> {
    client
        .query_one("SELECT count(*) FROM rows_in WHERE id = $1", &[&7_i32])
        .await?;
    let sink = client
        .copy_in::<_, bytes::Bytes>("COPY rows_in FROM STDIN")
        .await?;
    let mut sink = Box::pin(sink);
    sink.send(bytes::Bytes::from_static(b"1\n")).await?;
    sink.as_mut().finish().await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pace_is_kept_both_ways() {
    let (proxy, client) = proxied().await;
    proxy.pace(Pace::free().delay(Duration::from_millis(100)));
    let began = Instant::now();
    client.batch_execute("SELECT 1").await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(200));
    proxy.pace(Pace::free().bytes_per_second(100_000));
    let began = Instant::now();
    let text = client.query_one("SELECT repeat('x', 50000)", &[]);
    assert_eq!(text.await.unwrap().get::<_, &str>(0).len(), 50_000);
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(500), "{took:?}");
    proxy.pace(Pace::free());
    client.batch_execute("SELECT 1").await.unwrap();
}

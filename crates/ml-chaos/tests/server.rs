//! A server is broken and comes back.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use ml_chaos::{Halt, Server};
use tokio_postgres::{Client, NoTls};

async fn connect(server: &Server) -> Client {
    let (client, connection) = tokio_postgres::connect(&server.url("postgres"), NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_outlives_any_end_and_a_restore_takes_it_back() {
    let mut server = Server::start(&[("work_mem", "7MB")]).unwrap();
    let (url, began) = (server.url("postgres"), server.process());
    let client = connect(&server).await;
    let made = "CREATE TABLE kept AS SELECT 42 AS answer";
    client.batch_execute(made).await.unwrap();
    server.stop(Halt::Fast).unwrap();
    server.stop(Halt::Fast).unwrap();
    let copy = server.back_up().unwrap();
    assert!(client.batch_execute("SELECT 1").await.is_err());
    server.start_again().unwrap();
    assert_eq!(server.url("postgres"), url);
    assert_ne!(server.process(), began);
    let client = connect(&server).await;
    client
        .batch_execute("UPDATE kept SET answer = 43")
        .await
        .unwrap();
    server.stop(Halt::Immediate).unwrap();
    server.start_again().unwrap();
    let answer = async |server: &Server| {
        let client = connect(server).await;
        let row = client.query_one("SELECT answer, current_setting('work_mem') FROM kept", &[]);
        let row = row.await.unwrap();
        assert_eq!(row.get::<_, &str>(1), "7MB");
        row.get::<_, i32>(0)
    };
    assert_eq!(answer(&server).await, 43);
    server.stop(Halt::Immediate).unwrap();
    server.restore(&copy).unwrap();
    server.start_again().unwrap();
    assert_eq!(answer(&server).await, 42);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stands_still_goes_on() {
    let server = Server::start(&[]).unwrap();
    let client = connect(&server).await;
    server.pause().unwrap();
    let asked = client.batch_execute("SELECT 1");
    let asked = tokio::time::timeout(Duration::from_millis(300), asked).await;
    assert!(asked.is_err(), "it answered");
    server.resume().unwrap();
    client.batch_execute("SELECT 1").await.unwrap();
    // dropped while it stands still, it goes all the same
    server.pause().unwrap();
}

//! I2, E6: a process that may use 64 MiB, page cache and all, loads more than that.
#![cfg(target_os = "linux")]

use std::env;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use metalayer::prelude::*;
use ml_chaos::{Memory, Unlimited};
use tokio::io::{AsyncRead, ReadBuf};

use crate::aftermath::has_guests;
use crate::chaos_example::check::{Check, Reach};
use crate::guests::{Guest, hotel, judge, table};
use crate::killer;
use crate::support::open;

/// What the child is told: how many guests there are.
const GUESTS: &str = "ML_CONFINED_GUESTS";
/// Bytes of a name.
const WIDTH: usize = 40_000;
const CAP: u64 = 64 << 20;

/// So many guests with long names.
struct Stream {
    next: u64,
    until: u64,
    name: String,
    rest: Vec<u8>,
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let stream = self.get_mut();
        if stream.rest.is_empty() && stream.next < stream.until {
            stream.rest = format!("{},{},2\n", stream.next, stream.name).into_bytes();
            stream.next += 1;
        }
        let given = stream.rest.len().min(out.remaining());
        out.put_slice(&stream.rest[..given]);
        stream.rest.drain(..given);
        Poll::Ready(Ok(()))
    }
}

/// Not a test of its own: what the copy of this program does.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(child) = killer::told() else {
        return;
    };
    let stream = Stream {
        next: 0,
        until: env::var(GUESTS).unwrap().parse().unwrap(),
        name: "n".repeat(WIDTH),
        rest: b"id,name,nights\n".to_vec(),
    };
    let mut feed = CsvFile::<Guest>::new("guests.csv", judge()).reading(stream);
    let mut store = Store::new(&open(&child.url, 2), &table());
    let flow = Flow::new(Gate::default());
    flow.run(&mut feed, &mut store).await.unwrap();
}

/// So many guests, by a process that is killed where it takes more.
async fn confined(guests: u64) {
    let began = Instant::now();
    let memory = Memory::of(CAP);
    let said = memory.as_ref().err().map(Unlimited::to_string);
    assert!(said.is_none_or(|said| said.starts_with("NOT TESTED: ")));
    let Ok(memory) = memory else {
        return; // which was said aloud
    };
    assert!(guests * WIDTH as u64 > CAP);
    let fresh = hotel().await;
    let told = [(GUESTS, &*guests.to_string())];
    let mut child = killer::spawn("confined::child", &fresh.url, None, &told);
    memory.take(child.process_id()).unwrap();
    assert!(killer::has_ended(&mut child).await, "it took more");
    has_guests(&fresh.url, guests as i64).await;
    let (megabytes, most) = (guests * WIDTH as u64 / 1_000_000, CAP >> 20);
    let name = format!("{megabytes} MB through a process that may take {most} MiB");
    Check::held(&name, Reach::Each, 1, began).tell();
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_there_is_memory() {
    confined(2_500).await;
}

/// 10 GB.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn much_more_than_there_is_memory_for_long() {
    confined(250_000).await;
}

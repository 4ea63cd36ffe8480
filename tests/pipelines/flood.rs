//! I4: every record of a file is bad. What is kept is capped, what is counted is exact, and memory does not grow.
#![cfg(target_os = "linux")]

use std::pin::Pin;
use std::process::{Command, Stdio};
use std::task::{Context, Poll};
use std::{env, fs};

use metalayer::prelude::*;
use tokio::io::{AsyncRead, ReadBuf};

use crate::guests::{hotel, judge, seen, table};
use crate::support::{Fresh, open};

/// What the child is told: the database, how many records, and how long their names are.
const URL: &str = "ML_FLOOD_URL";
const RECORDS: &str = "ML_FLOOD_RECORDS";
const WIDTH: &str = "ML_FLOOD_WIDTH";

/// A header, and so many records that no rule lets pass.
struct Flood {
    left: u64,
    line: Vec<u8>,
    rest: Vec<u8>,
}

impl Flood {
    fn of(records: u64, width: usize) -> Self {
        Flood {
            left: records,
            line: format!("x,{},0\n", "n".repeat(width)).into_bytes(),
            rest: b"id,name,nights\n".to_vec(),
        }
    }
}

impl AsyncRead for Flood {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let flood = self.get_mut();
        while out.remaining() > 0 {
            if flood.rest.is_empty() {
                if flood.left == 0 {
                    break;
                }
                flood.left -= 1;
                flood.rest.clone_from(&flood.line);
            }
            let given = flood.rest.len().min(out.remaining());
            out.put_slice(&flood.rest[..given]);
            flood.rest.drain(..given);
        }
        Poll::Ready(Ok(()))
    }
}

/// Not a test of its own: what the copy of this program does.
#[tokio::test]
async fn child() {
    let Ok(url) = env::var(URL) else { return };
    let number = |name: &str| env::var(name).unwrap().parse::<u64>().unwrap();
    let flood = Flood::of(number(RECORDS), number(WIDTH) as usize);
    let mut feed = CsvFile::new("flood.csv", judge()).reading(flood);
    let mut store = Store::new(&open(&url, 2), &table());
    Flow::new(Gate::off())
        .run(&mut feed, &mut store)
        .await
        .unwrap();
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    println!("\n{}", peak.replace("VmHWM:", "peak="));
}

/// A load of so many bad records by a process of its own; answers its peak of memory in MiB.
async fn flood(fresh: &Fresh, records: u64, width: u64) -> u64 {
    let mut child = Command::new(env::current_exe().unwrap());
    child
        .args(["--exact", "flood::child", "--nocapture", "--test-threads=1"])
        .envs([
            (URL, &fresh.url),
            (RECORDS, &records.to_string()),
            (WIDTH, &width.to_string()),
        ])
        .stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || child.output())
        .await
        .unwrap()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    let peak = said
        .lines()
        .find_map(|line| line.strip_prefix("peak="))
        .unwrap();
    peak.split_whitespace()
        .next()
        .unwrap()
        .parse::<u64>()
        .unwrap()
        >> 10
}

/// What the ledger and the scorecard say, in one line.
const LEDGER: &str = "SELECT concat_ws(' ', state, rows_read, rows_accepted, rows_quarantined, quarantine_kept, \
    (SELECT string_agg(rule || '=' || violations, ' ' ORDER BY rule) FROM meta.rule_result AS r \
     WHERE r.load_id = l.load_id AND violations > 0)) FROM meta.load AS l";

async fn is_bounded(records: u64) {
    let small = hotel().await;
    let usual = flood(&small, 10, 5).await;
    let fresh = hotel().await;
    let peak = flood(&fresh, records, 5).await;
    println!("{records} bad records: {peak} MiB, ten of them {usual} MiB");
    assert!(
        peak <= usual + 64,
        "{peak} MiB, ten records take {usual} MiB"
    );
    let ledger =
        format!("applied {records} 0 {records} 100000 id.decode={records} nights.range={records}");
    assert_eq!(fresh.one(LEDGER).await, ledger);
    assert_eq!(
        fresh
            .one("SELECT count(*) || ' ' || max(record_no) FROM meta.quarantine")
            .await,
        "100000 100000"
    );
    assert_eq!(seen(&fresh).await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_records_is_counted_and_not_kept() {
    is_bounded(150_000).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "ten seconds and more"]
async fn a_flood_of_a_million_records_is_counted_and_not_kept() {
    is_bounded(1_000_000).await;
}

/// Long before there are 100,000 of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_bytes_is_counted_and_not_kept() {
    let fresh = hotel().await;
    let usual = flood(&fresh, 10, 5).await;
    let fresh = hotel().await;
    let peak = flood(&fresh, 3_000, 40_000).await;
    println!("120 MB of bad records: {peak} MiB, ten small ones {usual} MiB");
    assert!(
        peak <= usual + 96,
        "{peak} MiB, ten records take {usual} MiB"
    );
    let bytes: u64 = fresh
        .one("SELECT sum(length(raw) + length(violations::text)) FROM meta.quarantine")
        .await
        .parse()
        .unwrap();
    assert!(
        (60 << 20..65 << 20).contains(&bytes),
        "{bytes} bytes are kept"
    );
    let ledger = fresh.one(LEDGER).await;
    assert!(ledger.starts_with("applied 3000 0 3000 16"), "{ledger}");
    assert!(
        ledger.ends_with(" id.decode=3000 nights.range=3000"),
        "{ledger}"
    );
}

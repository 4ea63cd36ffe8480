//! E1, E3: a content is loaded once, whatever it is called and whenever it was touched; one that changes under the
//! reader is not loaded at all.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use metalayer::core::Kind;
use metalayer::pg::SameName;
use metalayer::prelude::*;

use crate::guests::{Guest, file, hotel, judge, load, seen, table, written};

/// What becomes of a file that was loaded, and is loaded again.
#[derive(Debug, PartialEq)]
enum Again {
    Replayed,
    /// Loaded beside the first.
    Beside,
    /// Loaded, and supersedes the first.
    Supersedes,
    Refused,
}

/// The first load of ten guests, then that of what `change` makes of the file.
async fn again(policy: SameName, change: impl Fn(PathBuf) -> PathBuf) -> (Again, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "guests.csv", 10);
    let fresh = hotel().await;
    let mut store = Store::new(&fresh.database, &table()).same_name(policy);
    let Outcome::Applied(first) = load(&path, &mut store, Gate::default()).await.unwrap() else {
        panic!("a new file is applied")
    };
    let other = change(path);
    let again = match load(&other, &mut store, Gate::default()).await {
        Ok(Outcome::Replayed(load)) => {
            assert_eq!(load, first.load);
            Again::Replayed
        }
        Ok(Outcome::Applied(receipt)) if receipt.supersedes == Some(first.load) => {
            Again::Supersedes
        }
        Ok(Outcome::Applied(receipt)) => {
            assert_eq!(receipt.supersedes, None);
            Again::Beside
        }
        Ok(other) => panic!("{other:?}"),
        Err(error) => {
            assert_eq!(error.kind(), Kind::Contract, "{error:?}");
            Again::Refused
        }
    };
    let states = "SELECT string_agg(state, ' ' ORDER BY load_id) FROM meta.load";
    (
        again,
        format!("{} rows, {}", seen(&fresh).await, fresh.one(states).await),
    )
}

fn touched(path: PathBuf) -> PathBuf {
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(86_400))
        .unwrap();
    path
}

fn renamed(path: PathBuf) -> PathBuf {
    let other = path.with_file_name("again.csv");
    fs::rename(path, &other).unwrap();
    other
}

fn extended(path: PathBuf) -> PathBuf {
    let longer = [fs::read(&path).unwrap(), b"\n".to_vec()].concat();
    fs::write(&path, longer).unwrap();
    path
}

fn replaced(path: PathBuf) -> PathBuf {
    written(path.parent().unwrap(), "guests.csv", "99,other,1\n")
}

fn extended_elsewhere(path: PathBuf) -> PathBuf {
    renamed(extended(path))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_loaded_again_is_decided_by_its_content() {
    use Again::{Beside, Refused, Replayed, Supersedes};
    type Change = fn(PathBuf) -> PathBuf;
    let matrix: [(Change, [Again; 2]); 6] = [
        (|path| path, [Replayed, Replayed]),
        (touched, [Replayed, Replayed]),
        (renamed, [Replayed, Replayed]),
        (replaced, [Supersedes, Refused]),
        (extended, [Supersedes, Refused]),
        (extended_elsewhere, [Beside, Beside]),
    ];
    for (number, (change, expected)) in matrix.into_iter().enumerate() {
        for (policy, expected) in [SameName::NewVersion, SameName::Refuse]
            .into_iter()
            .zip(expected)
        {
            let (became, state) = again(policy, change).await;
            let rows = if number == 3 { 11 } else { 20 };
            let state_expected = match expected {
                Replayed => String::from("10 rows, applied"),
                Refused => String::from("10 rows, applied refused"),
                Beside | Supersedes => format!("{rows} rows, applied applied"),
            };
            assert_eq!(
                (became, state),
                (expected, state_expected),
                "change {number}, {policy:?}"
            );
        }
    }
}

/// Changes a file at the first event of a kind.
struct Meddler {
    path: PathBuf,
    content: Vec<u8>,
    is_time: fn(&Event<'_>) -> bool,
    done: AtomicBool,
}

#[async_trait::async_trait]
impl Observer for Meddler {
    async fn see(&self, event: Event<'_>) {
        if (self.is_time)(&event) && !self.done.swap(true, Ordering::Relaxed) {
            fs::write(&self.path, &self.content).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_under_the_reader_is_not_loaded() {
    // after it was hashed and before it is read; and while it is read
    let times: [fn(&Event<'_>) -> bool; 2] = [
        |event| matches!(event, Event::Begun { .. }),
        |event| matches!(event, Event::Judged { .. }),
    ];
    for is_time in times {
        let folder = tempfile::tempdir().unwrap();
        // longer than what is read at once
        let path = file(folder.path(), "guests.csv", 60_000);
        let old = fs::read(&path).unwrap();
        let changes: [fn(&mut Vec<u8>); 3] = [
            |bytes| bytes.extend(b"60000,late,1\n"),
            |bytes| bytes.truncate(bytes.len() / 2),
            |bytes| {
                let last = bytes.len() - 2;
                bytes[last] = b'9';
            },
        ];
        for change in changes {
            fs::write(&path, &old).unwrap();
            let mut content = old.clone();
            change(&mut content);
            let fresh = hotel().await;
            let meddler = Meddler {
                path: path.clone(),
                content,
                is_time,
                done: AtomicBool::new(false),
            };
            let flow = Flow::new(Gate::default()).observer(Arc::new(meddler));
            let mut store = Store::new(&fresh.database, &table());
            let mut feed = CsvFile::<Guest>::new(&path, judge()).chunk(100);
            let error = flow.run(&mut feed, &mut store).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Source, "{error:?}");
            assert!(
                error.to_string().contains("changed while it was read"),
                "{error}"
            );
            assert_eq!(seen(&fresh).await, "0");
            let ledger =
                "SELECT state || ' ' || (source_sha256 IS NULL) || ' ' || rows_read FROM meta.load";
            assert_eq!(fresh.one(ledger).await, "refused true 0");
            // as it is now it is loaded
            let outcome = flow.run(&mut feed, &mut store).await.unwrap();
            let read = outcome.receipt().unwrap().card.accepted;
            assert_eq!(seen(&fresh).await, read.to_string());
        }
    }
}

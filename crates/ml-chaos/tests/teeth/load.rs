//! One file, one transaction: lock, ledger, rows, what is held back, counts.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::SinkExt;
use ml_chaos::{File, Outcome, Said};
use tokio_postgres::{Client, Error, Transaction};

use crate::bug::Bug;
use crate::csv::{self, LONGEST};
use crate::record::{copy_line, judged};
use crate::session::Session;

/// Rows and bytes of one COPY.
const ROWS: usize = 1_000;
const BYTES: usize = 256 << 10;
/// How often a load is tried whose connection is lost, and how long the connection may be lost before the server knows.
const TRIES: u32 = 500;
const PAUSE: Duration = Duration::from_millis(10);

const COPY: &str = "COPY teeth.record (id, version, name, amount, load_id) FROM STDIN";

/// How a load goes on.
enum Step {
    Done(Outcome),
    /// The server has fewer rows than it was sent.
    Short(u64),
}

/// Loads a file, and after a lost connection does it again: the ledger knows whether it was done.
pub(crate) async fn load(session: &mut Session, file: &File, bug: Option<Bug>) -> Said {
    let mut is_lost = false;
    for _ in 0..TRIES {
        let attempted = match session.client().await {
            Ok(client) => attempt(client, file, bug, is_lost).await,
            Err(error) => Err(error),
        };
        match attempted {
            // the session that was lost is still there
            Ok(Step::Done(Outcome::Busy)) if is_lost => tokio::time::sleep(PAUSE).await,
            Ok(Step::Done(Outcome::Replayed)) if is_lost => return Outcome::Applied.saying(""),
            Ok(Step::Done(outcome)) => return outcome.saying(""),
            Ok(Step::Short(rows)) => return Outcome::Failed.saying(format!("{rows} rows arrived")),
            Err(error) => {
                session.discard();
                if error.as_db_error().is_some() || bug == Some(Bug::ConnectionReused) {
                    return Outcome::Failed.saying(told(&error, bug));
                }
                is_lost = true;
            }
        }
    }
    Outcome::Unknown.saying("the connection is lost")
}

/// What may be told of an error.
pub(crate) fn told(error: &Error, bug: Option<Bug>) -> String {
    match error.as_db_error() {
        Some(said) if bug == Some(Bug::DetailTold) => format!("{said:?}"),
        Some(said) => format!("{} {}", said.code().code(), said.message()),
        None => error.to_string(),
    }
}

async fn attempt(
    client: &mut Client,
    file: &File,
    bug: Option<Bug>,
    is_lost: bool,
) -> Result<Step, Error> {
    let attempted = transact(client, file, bug, is_lost).await;
    match attempted {
        // whatever the server refused may work now, and the connection is still there
        Err(_) if bug == Some(Bug::ConnectionReused) => transact(client, file, bug, is_lost).await,
        attempted => attempted,
    }
}

async fn transact(
    client: &mut Client,
    file: &File,
    bug: Option<Bug>,
    is_lost: bool,
) -> Result<Step, Error> {
    let mut tx = client.transaction().await?;
    let load = match enter(&tx, file, bug, is_lost).await? {
        Ok(load) => load,
        Err(outcome) => {
            tx.rollback().await?;
            return Ok(Step::Done(outcome));
        }
    };
    if bug == Some(Bug::LedgerApart) {
        tx.commit().await?;
        tx = client.transaction().await?;
    }
    let (rows, held) = parted(file, load, bug);
    let written = match bug {
        Some(Bug::PassedThrough) => passed_through(&tx, &file.bytes).await?,
        _ => copy(&tx, &rows, bug).await?,
    };
    if bug == Some(Bug::HeldApart) {
        tx.commit().await?;
        tx = client.transaction().await?;
    }
    let closed = close(&tx, load, written, &held).await;
    if bug != Some(Bug::CommitTrusted) {
        closed?;
    }
    // what is lost on the way is not seen by whoever makes these mistakes
    let is_short = written != rows.len() as u64;
    if is_short && !matches!(bug, Some(Bug::PassedThrough | Bug::ReopenedLossy)) {
        return Ok(Step::Short(written));
    }
    tx.commit().await?;
    Ok(Step::Done(Outcome::Applied))
}

/// Lock, then ledger: the number of the load, or what it came to.
async fn enter(
    tx: &Transaction<'_>,
    file: &File,
    bug: Option<Bug>,
    is_lost: bool,
) -> Result<Result<i64, Outcome>, Error> {
    let content = match bug {
        Some(Bug::NameHashed) => file.name.as_bytes(),
        _ => &file.bytes,
    };
    let lock = "SELECT pg_try_advisory_xact_lock(hashtextextended(md5($1::bytea), 0))";
    let locked: bool = tx.query_one(lock, &[&content]).await?.get(0);
    if !locked {
        return Ok(Err(Outcome::Busy));
    }
    let conflict = match bug {
        Some(Bug::RetryUnasked) if is_lost => "(content) DO UPDATE SET name = excluded.name",
        _ => "DO NOTHING",
    };
    let enter = format!(
        "INSERT INTO teeth.load (content, name) VALUES (md5($1::bytea), $2) ON CONFLICT {conflict} RETURNING load_id"
    );
    let entered = tx.query_opt(&enter, &[&content, &file.name]).await?;
    Ok(entered.map(|row| row.get(0)).ok_or(Outcome::Replayed))
}

/// The rows of a file for a COPY, and the records that are held back, with their rules.
fn parted(file: &File, load: i64, bug: Option<Bug>) -> (Vec<String>, Vec<(i64, &'static str)>) {
    let longest = match bug {
        Some(Bug::FieldUncapped) => usize::MAX,
        _ => LONGEST,
    };
    let (mut rows, mut held) = (Vec::new(), Vec::new());
    for (number, read) in (1..).zip(csv::records(&file.bytes, longest)) {
        match judged(read, bug) {
            Ok(fields) => rows.push(copy_line(&fields, Some(load))),
            Err(rule) => held.push((number, rule)),
        }
    }
    (rows, held)
}

/// Sends rows in several COPYs; answers how many the server took.
pub(crate) async fn copy(
    tx: &Transaction<'_>,
    rows: &[String],
    bug: Option<Bug>,
) -> Result<u64, Error> {
    let (mut written, mut piece) = (0, Vec::new());
    for (nth, row) in (1..).zip(rows) {
        if nth % ROWS == 0 || piece.len() + row.len() > BYTES {
            written += send(tx, std::mem::take(&mut piece)).await?;
            if bug == Some(Bug::ReopenedLossy) {
                continue;
            }
        }
        piece.extend(row.bytes());
    }
    Ok(written + send(tx, piece).await?)
}

async fn send(tx: &Transaction<'_>, piece: Vec<u8>) -> Result<u64, Error> {
    let mut sink = pin!(tx.copy_in(COPY).await?);
    sink.send(Bytes::from(piece)).await?;
    sink.finish().await
}

async fn passed_through(tx: &Transaction<'_>, bytes: &[u8]) -> Result<u64, Error> {
    let copy = "COPY teeth.record (id, version, name, amount) FROM STDIN (FORMAT csv, HEADER)";
    let mut sink = pin!(tx.copy_in(copy).await?);
    sink.send(Bytes::copy_from_slice(bytes)).await?;
    sink.finish().await
}

/// What is held back, and the counts.
async fn close(
    tx: &Transaction<'_>,
    load: i64,
    written: u64,
    held: &[(i64, &str)],
) -> Result<(), Error> {
    for (number, rule) in held {
        let hold = "INSERT INTO teeth.held (load_id, number, rule) VALUES ($1, $2, $3)";
        tx.execute(hold, &[&load, number, rule]).await?;
    }
    let count = "UPDATE teeth.load SET accepted = $2, held = $3 WHERE load_id = $1";
    let (accepted, held) = (written as i64, held.len() as i64);
    tx.execute(count, &[&load, &accepted, &held]).await?;
    Ok(())
}

//! How a transaction ends.

use std::time::Duration;

use ml_core::{Class, Error, Kind, Result};
use tokio::time::timeout;
use tokio_postgres::Transaction;
use tokio_postgres::types::Type;

use crate::failure::{Doing, failure};
use crate::ledger::Mark;
use crate::{Database, class};

/// What became of a transaction, as the server says it.
const COMMITTED: &str = "committed";
const ABORTED: &str = "aborted";

/// Ends the transaction of a load.
///
/// The driver also answers `Ok` when the server rolled back because an earlier statement had failed; here each one
/// before succeeded, so `Ok` is a commit. No answer is no proof of anything: the server knows, and is asked on
/// another connection, outside the pool, where there might be none left.
pub(crate) async fn commit(
    tx: Transaction<'_>,
    clean: &mut bool,
    database: &Database,
    mark: &Mark,
) -> Result<()> {
    match timeout(database.silence() * 2, tx.commit()).await {
        Ok(Ok(())) => {
            *clean = true;
            return Ok(());
        }
        Ok(Err(error)) if class::of(&error) != Class::Unknown => {
            let what = format!("{mark}: the server refused to commit it; nothing of it is kept");
            return Err(failure(what, &error));
        }
        _ => {}
    }
    tracing::warn!(load = %mark.load, "COMMIT went unanswered; the server decides");
    ask(database, mark).await
}

/// Asks until the server knows what became of a transaction.
async fn ask(database: &Database, mark: &Mark) -> Result<()> {
    let (asked, patience) = (tokio::time::Instant::now(), database.silence());
    loop {
        let answer = timeout(patience, status(database, mark)).await;
        match answer.unwrap_or(Ok(None)) {
            Ok(Some(status)) if status == COMMITTED => return Ok(()),
            Ok(Some(status)) if status == ABORTED => {
                let what = format!("{mark} was rolled back by the server; nothing of it is kept");
                return Err(Error::storage(what).classed(Class::Transient));
            }
            _ if asked.elapsed() > patience => break,
            // The old backend may be about to commit still, or the server be coming back.
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    let what =
        format!("it is not known whether {mark} was committed: run it again, the ledger decides");
    Err(Error::new(Kind::Conflict, what).classed(Class::Unknown))
}

async fn status(database: &Database, mark: &Mark) -> Result<Option<String>> {
    const ASKED: &str = "cannot ask what became of a transaction";
    let client = database.aside().await?;
    let rows = client
        .query_typed(
            include_str!("../sql/transaction_status.sql"),
            &[(&mark.xid, Type::TEXT)],
        )
        .await
        .doing(ASKED)?;
    let status: Option<String> = rows.first().and_then(|row| row.get(0));
    if status.as_deref() != Some(COMMITTED) {
        return Ok(status);
    }
    // It may be the commit of another that has the id since a crash: the ledger knows, in a statement of its own, whose
    // snapshot is younger.
    let entered = client
        .query_typed(
            include_str!("../sql/is_entered.sql"),
            &[
                (&mark.load.0, Type::INT8),
                (&mark.xid, Type::TEXT),
                (&mark.started_at, Type::TEXT),
            ],
        )
        .await
        .doing(ASKED)?;
    let is_ours = entered.first().is_some_and(|row| row.get(0));
    let fate = if is_ours { COMMITTED } else { ABORTED };
    Ok(Some(fate.to_owned()))
}

use ml_core::{Dataset, Result};
use tokio_postgres::types::Type;

use crate::Database;
use crate::failure::Doing;

/// Autovacuum holds the same lock, and is cancelled for whoever waits for it longer than `deadlock_timeout`, 1 s.
const NO_LONGER_THAN: &str = "SET LOCAL lock_timeout = '500ms'";

/// Brings the BRIN indexes of a table up to date, so that its newest loads are found by them.
///
/// In a transaction of its own, because the lock goes with the end of it. Reading is only slower without, so that
/// one who may not do it, or comes while it is being done, does without.
pub(crate) async fn summarise(database: &Database, of: &Dataset) {
    if let Err(error) = try_to_summarise(database, of).await {
        tracing::debug!(error = %error.chain(), "the newest loads of {of} are read without an index");
    }
}

async fn try_to_summarise(database: &Database, of: &Dataset) -> Result<()> {
    let mut client = database.aside().await?;
    let client: &mut tokio_postgres::Client = &mut client;
    let summarised = async {
        let tx = client.transaction().await?;
        tx.batch_execute(NO_LONGER_THAN).await?;
        tx.query_typed(
            include_str!("../sql/summarise.sql"),
            &[(&of.quoted(), Type::TEXT)],
        )
        .await?;
        tx.commit().await
    };
    summarised
        .await
        .doing(format!("cannot summarise the indexes of {of}"))
}

use ml_core::{Error, Result};
use refinery::Target;
use tokio_postgres::Client;

use crate::failure::Doing;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// `mlmigrat` in ASCII: one lock for everyone who migrates this database.
const LOCK: i64 = 0x6d6c_6d69_6772_6174;

/// Runs what is missing, under a lock that everyone waits for: refinery checks names and checksums, but locks
/// nothing.
pub(crate) async fn run(client: &mut Client) -> Result<()> {
    const DOING: &str = "cannot migrate the schema meta";
    // Waiting for the other processes may take longer than any other lock should.
    client
        .batch_execute("SET lock_timeout = '5min'")
        .await
        .doing(DOING)?;
    client
        .execute_typed(
            "SELECT pg_advisory_lock($1)",
            &[(&LOCK, tokio_postgres::types::Type::INT8)],
        )
        .await
        .doing(DOING)?;
    let done = migrate(client).await;
    client
        .batch_execute(&format!(
            "SELECT pg_advisory_unlock({LOCK}); SET lock_timeout = '5s'"
        ))
        .await
        .doing(DOING)?;
    done
}

async fn migrate(client: &mut Client) -> Result<()> {
    client
        .batch_execute("SET client_min_messages = warning; CREATE SCHEMA IF NOT EXISTS meta")
        .await
        .doing("cannot create the schema meta")?;
    let mut runner = embedded::migrations::runner()
        .set_target(Target::Latest)
        .set_abort_divergent(true);
    runner.set_migration_table_name("meta.migration");
    match runner.run_async(client).await {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::contract(
            "the schema meta was not migrated: it is newer than this program, was changed by hand, or a migration failed",
        )
        .because(error)),
    }
}

//! New loads, one transaction: find them and the watermark in one statement, take them in, keep the watermark.

use ml_chaos::{Outcome, Said};
use tokio_postgres::Error;

use crate::bug::Bug;
use crate::load::told;
use crate::session::Session;

const FIND: &str = "SELECT pg_current_snapshot()::text, coalesce(array_agg(load_id), '{}') FROM teeth.load \
    WHERE xid >= pg_snapshot_xmin($1::text::pg_snapshot) AND NOT pg_visible_in_snapshot(xid, $1::text::pg_snapshot)";

const UPSERT: &str = "INSERT INTO teeth.thing (id, version, name, amount) \
    SELECT DISTINCT ON (id) id, version, name, amount FROM teeth.record WHERE load_id = ANY ($1) ORDER BY id, version DESC \
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name, amount = excluded.amount \
    WHERE excluded.version > thing.version";

pub(crate) async fn advance(session: &mut Session, bug: Option<Bug>) -> Said {
    match attempt(session, bug).await {
        Ok(()) => Outcome::Applied.saying(""),
        Err(error) => {
            session.discard();
            Outcome::Unknown.saying(told(&error, bug))
        }
    }
}

async fn attempt(session: &mut Session, bug: Option<Bug>) -> Result<(), Error> {
    let tx = session.client().await?.transaction().await?;
    let turn = "SELECT seen::text FROM teeth.watermark FOR UPDATE";
    let seen: String = tx.query_one(turn, &[]).await?.get(0);
    let found = tx.query_one(FIND, &[&seen]).await?;
    let (mut seen, loads): (String, Vec<i64>) = (found.get(0), found.get(1));
    let unchanged =
        " AND (excluded.name, excluded.amount) IS DISTINCT FROM (thing.name, thing.amount)";
    let upsert = match bug {
        Some(Bug::UnchangedSkipped) => format!("{UPSERT}{unchanged}"),
        _ => UPSERT.to_owned(),
    };
    tx.execute(&upsert, &[&loads]).await?;
    if bug == Some(Bug::WatermarkLate) {
        seen = tx
            .query_one("SELECT pg_current_snapshot()::text", &[])
            .await?
            .get(0);
    }
    tx.execute(
        "UPDATE teeth.watermark SET seen = $1::text::pg_snapshot",
        &[&seen],
    )
    .await?;
    tx.commit().await
}

//! One stretch of a stream, one transaction, fenced by the head of the stream.

use ml_chaos::{Outcome, Said, Stretch};
use tokio_postgres::{Error, Transaction};

use crate::bug::Bug;
use crate::load::{copy, told};
use crate::record::copy_line;
use crate::session::Session;

pub(crate) async fn append(session: &mut Session, stretch: &Stretch, bug: Option<Bug>) -> Said {
    match attempt(session, stretch, bug).await {
        Ok(outcome) => outcome.saying(""),
        Err(error) => {
            session.discard();
            Outcome::Unknown.saying(told(&error, bug))
        }
    }
}

async fn attempt(
    session: &mut Session,
    stretch: &Stretch,
    bug: Option<Bug>,
) -> Result<Outcome, Error> {
    let tx = session.client().await?.transaction().await?;
    let begin = "INSERT INTO teeth.head (stream) VALUES ($1) ON CONFLICT DO NOTHING";
    tx.execute(begin, &[&stretch.stream]).await?;
    let is_next = match bug {
        Some(Bug::HeadUnfenced) => reads_as_next(&tx, stretch).await?,
        _ => is_fenced(&tx, stretch).await?,
    };
    if !is_next {
        tx.rollback().await?;
        return Ok(Outcome::Refused);
    }
    let line = |row: &Vec<String>| {
        let fields: Vec<Option<String>> = row.iter().cloned().map(Some).collect();
        copy_line(&fields, None)
    };
    let rows: Vec<String> = stretch.rows.iter().map(line).collect();
    copy(&tx, &rows, bug).await?;
    if bug == Some(Bug::HeadUnfenced) {
        let set = "UPDATE teeth.head SET pos = $2 WHERE stream = $1";
        tx.execute(set, &[&stretch.stream, &(stretch.to() as i64)])
            .await?;
    }
    tx.commit().await?;
    Ok(Outcome::Applied)
}

/// Sets the head from where the stretch begins to where it ends, unless another was there first.
async fn is_fenced(tx: &Transaction<'_>, stretch: &Stretch) -> Result<bool, Error> {
    let fence = "UPDATE teeth.head SET pos = $3 WHERE stream = $1 AND pos = $2";
    let (from, to) = (stretch.from as i64, stretch.to() as i64);
    Ok(tx.execute(fence, &[&stretch.stream, &from, &to]).await? == 1)
}

async fn reads_as_next(tx: &Transaction<'_>, stretch: &Stretch) -> Result<bool, Error> {
    let read = "SELECT pos FROM teeth.head WHERE stream = $1";
    let pos: i64 = tx.query_one(read, &[&stretch.stream]).await?.get(0);
    Ok(pos == stretch.from as i64)
}

//! The statements of the ledger, each one round trip.

use std::fmt;
use std::time::Duration;

use ml_core::{Fingerprint, Holder, LoadId, LoadKey, Result, RuleCount, Scorecard, Verdict};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Row, Transaction};

use crate::failure::Doing;

/// A load that was entered.
pub(crate) struct Entry {
    pub(crate) mark: Mark,
    pub(crate) supersedes: Option<LoadId>,
    /// Fingerprint of the rules that judge.
    pub(crate) rules: Fingerprint,
}

impl Entry {
    pub(crate) fn load(&self) -> LoadId {
        self.mark.load
    }
}

/// What tells a load from any other, even one that has its id: a crash gives ids again of which nothing reached the disk.
pub(crate) struct Mark {
    pub(crate) load: LoadId,
    dataset: String,
    /// The transaction it was entered in.
    pub(crate) xid: String,
    /// When it was entered, to the microsecond.
    pub(crate) started_at: String,
}

impl Mark {
    /// From the first three columns of a row.
    pub(crate) fn of(row: &Row, dataset: &str) -> Self {
        Mark {
            load: LoadId(row.get(0)),
            dataset: dataset.to_owned(),
            xid: row.get(1),
            started_at: row.get(2),
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "load {} into {}", self.load, self.dataset)
    }
}

/// The advisory lock of one thing of one kind: the first eight bytes of a SHA-256 over both.
pub(crate) fn lock_key(kind: &str, of: &Fingerprint) -> i64 {
    let digest = Fingerprint::of([kind.as_bytes(), b"\0", of.as_bytes()].concat());
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_bytes()[..8]);
    i64::from_be_bytes(first)
}

/// Takes the lock on one content of a dataset, or answers false at once.
pub(crate) async fn try_lock(
    tx: &Transaction<'_>,
    dataset: &str,
    content: &Fingerprint,
) -> Result<bool> {
    let key = lock_key(dataset, content);
    let locked = tx
        .query_typed(include_str!("../sql/try_lock.sql"), &[(&key, Type::INT8)])
        .await;
    let locked = locked.doing(format!("cannot lock a content of {dataset}"))?;
    Ok(locked.first().is_some_and(|row| row.get(0)))
}

/// Who has the lock on a content of a dataset; `None` when it was let go meanwhile.
pub(crate) async fn holder(
    tx: &Transaction<'_>,
    dataset: &str,
    content: &Fingerprint,
) -> Result<Option<Holder>> {
    let key = lock_key(dataset, content);
    let held = tx
        .query_typed(include_str!("../sql/holder.sql"), &[(&key, Type::INT8)])
        .await;
    let held = held.doing(format!("cannot ask who has a content of {dataset}"))?;
    Ok(held.first().map(|row| Holder {
        process: row.get(0),
        age: row.get::<_, Option<i64>>(1).map(milliseconds),
    }))
}

fn milliseconds(age: i64) -> Duration {
    Duration::from_millis(u64::try_from(age).unwrap_or_default())
}

/// Waits for its turn at something that has one writer at a time.
pub(crate) async fn lock(tx: &Transaction<'_>, what: &str) -> Result<()> {
    // Whoever is at it may take its time; everything else in the transaction has the short limit again.
    let waited = async {
        tx.batch_execute("SET LOCAL lock_timeout = '10min'").await?;
        let key = lock_key("target", &Fingerprint::of(what));
        tx.execute_typed(include_str!("../sql/lock.sql"), &[(&key, Type::INT8)])
            .await?;
        tx.batch_execute("SET LOCAL lock_timeout = '5s'").await
    };
    waited
        .await
        .doing(format!("cannot wait for the turn at {what}"))
}

/// Enters a load; `None` when its content is there already.
pub(crate) async fn enter(
    tx: &Transaction<'_>,
    dataset: &str,
    key: &LoadKey,
) -> Result<Option<Entry>> {
    let sha256 = key.sha256.map(|sha256| sha256.as_bytes().to_vec());
    let rules = key.rules.as_bytes().as_slice();
    let entered = tx
        .query_typed(
            include_str!("../sql/enter_load.sql"),
            &[
                (&dataset, Type::TEXT),
                (&key.source, Type::TEXT),
                (&sha256, Type::BYTEA),
                (&rules, Type::BYTEA),
            ],
        )
        .await
        .doing(format!("cannot enter {} into the ledger", key.source))?;
    Ok(entered.first().map(|row| Entry {
        mark: Mark::of(row, dataset),
        supersedes: row.get::<_, Option<i64>>(3).map(LoadId),
        rules: key.rules,
    }))
}

/// The load that brought in a content.
pub(crate) async fn find(
    tx: &Transaction<'_>,
    dataset: &str,
    content: &Fingerprint,
) -> Result<Option<LoadId>> {
    let sha256 = content.as_bytes().as_slice();
    let found = tx
        .query_typed(
            include_str!("../sql/find_load.sql"),
            &[(&dataset, Type::TEXT), (&sha256, Type::BYTEA)],
        )
        .await
        .doing(format!(
            "cannot look a content of {dataset} up in the ledger"
        ))?;
    Ok(found.first().map(|row| LoadId(row.get(0))))
}

/// Enters the content of a load that was read only once; false when another load has brought it in.
pub(crate) async fn identify(
    tx: &Transaction<'_>,
    entry: &mut Entry,
    content: &Fingerprint,
) -> Result<bool> {
    let (load, sha256) = (entry.load(), content.as_bytes().as_slice());
    let identified = tx
        .query_typed(
            include_str!("../sql/identify_load.sql"),
            &[(&load.0, Type::INT8), (&sha256, Type::BYTEA)],
        )
        .await
        .doing(format!("cannot enter the content of load {load}"))?;
    let Some(row) = identified.first() else {
        return Ok(false);
    };
    entry.supersedes = row.get::<_, Option<i64>>(0).map(LoadId);
    Ok(true)
}

/// Closes a load: verdict, counts, scorecard.
pub(crate) async fn close(
    tx: &Transaction<'_>,
    load: LoadId,
    verdict: &Verdict,
    card: &Scorecard,
    kept: u64,
) -> Result<()> {
    let (state, reason) = match verdict {
        Verdict::Applied => ("applied", None),
        // PostgreSQL's text has no NUL.
        Verdict::Refused(reason) => ("refused", Some(reason.replace('\0', "\u{fffd}"))),
    };
    let counts = [
        card.read,
        card.accepted,
        card.quarantined,
        card.dropped(),
        kept,
    ]
    .map(|count| count as i64);
    let mut parameters: Vec<(&(dyn ToSql + Sync), Type)> = vec![
        (&load.0, Type::INT8),
        (&state, Type::TEXT),
        (&reason, Type::TEXT),
    ];
    parameters.extend(
        counts
            .iter()
            .map(|count| (count as &(dyn ToSql + Sync), Type::INT8)),
    );
    let doing = || format!("cannot close load {load} in the ledger");
    tx.execute_typed(include_str!("../sql/close_load.sql"), &parameters)
        .await
        .doing(doing())?;
    enter_card(tx, load, card).await.doing(doing())
}

/// They are keys: an index row has at most 2,704 bytes.
fn cut(name: &str) -> &str {
    &name[..name.floor_char_boundary(500)]
}

/// No limit is the highest number there is.
fn int8(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn of_each<T>(card: &Scorecard, what: impl Fn(&RuleCount) -> T) -> Vec<T> {
    card.rules.values().map(what).collect()
}

async fn enter_card(
    tx: &Transaction<'_>,
    load: LoadId,
    card: &Scorecard,
) -> Result<(), tokio_postgres::Error> {
    if !card.rules.is_empty() {
        let rules: Vec<&str> = card.rules.keys().map(|rule| cut(rule)).collect();
        let actions: Vec<&str> = of_each(card, |count| count.action.as_str());
        let dimensions: Vec<&str> = of_each(card, |count| count.dimension.as_str());
        let shares: Vec<Option<f64>> = of_each(card, |count| Some(count.allowed()?.share));
        let records: Vec<Option<i64>> = of_each(card, |count| Some(int8(count.allowed()?.records)));
        let violations: Vec<i64> = of_each(card, |count| int8(count.violations));
        tx.execute_typed(
            include_str!("../sql/enter_rules.sql"),
            &[
                (&load.0, Type::INT8),
                (&rules, Type::TEXT_ARRAY),
                (&actions, Type::TEXT_ARRAY),
                (&dimensions, Type::TEXT_ARRAY),
                (&shares, Type::FLOAT8_ARRAY),
                (&records, Type::INT8_ARRAY),
                (&violations, Type::INT8_ARRAY),
            ],
        )
        .await?;
    }
    let dropped = || card.dropped.iter().filter(|(_, count)| **count > 0);
    let reasons: Vec<&str> = dropped().map(|(reason, _)| cut(reason)).collect();
    if !reasons.is_empty() {
        let counts: Vec<i64> = dropped().map(|(_, count)| *count as i64).collect();
        tx.execute_typed(
            include_str!("../sql/enter_drops.sql"),
            &[
                (&load.0, Type::INT8),
                (&reasons, Type::TEXT_ARRAY),
                (&counts, Type::INT8_ARRAY),
            ],
        )
        .await?;
    }
    Ok(())
}

//! The entries of the quarantine, read and put right.

use ml_core::{Error, Kind, Result};
use tokio_postgres::GenericClient;
use tokio_postgres::types::Type;

use crate::claim::Keys;
use crate::failure::Doing;
use crate::{EntryFilter, EntryId, EntryState, QuarantineEntry};

/// The longest record that a CSV file may have, too.
const MOST_FIXED_BYTES: usize = 16 << 20;

/// Whether the bytes of records are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    Redacted,
    Revealed,
}

/// Refuses to reveal what the role may not read, rather than let the server say so of a column nobody asked for.
pub(crate) async fn may_reveal(client: &impl GenericClient) -> Result<()> {
    let asked = client
        .query_typed(include_str!("../sql/unreadable_columns.sql"), &[])
        .await
        .doing("cannot ask for the privileges on the quarantine")?;
    let unreadable = asked
        .first()
        .and_then(|row| Some((row.get::<_, Option<String>>(0)?, row)));
    match unreadable {
        None => Ok(()),
        Some((columns, row)) => {
            let role: String = row.get(1);
            Err(Error::config(format!(
                "the role {role} may not read the bytes of records: it lacks the privilege SELECT ({columns}) on \
                 meta.quarantine"
            )))
        }
    }
}

pub(crate) async fn list(
    client: &impl GenericClient,
    filter: &EntryFilter,
    sight: Sight,
) -> Result<Vec<QuarantineEntry>> {
    let bytes = match sight {
        Sight::Redacted => "NULL::bytea AS raw, NULL::bytea AS fixed",
        Sight::Revealed => {
            may_reveal(client).await?;
            "held.raw, held.fixed"
        }
    };
    let statement = include_str!("../sql/list_entries.sql").replace("{raw}", bytes);
    let after = |key: fn(&EntryId) -> i64| filter.after.as_ref().map(key);
    let rows = client
        .query_typed(
            &statement,
            &[
                (&filter.dataset, Type::TEXT),
                (&filter.load.map(|load| load.0), Type::INT8),
                (&filter.rule, Type::TEXT),
                (&filter.state.map(EntryState::as_str), Type::TEXT),
                (&after(|id| id.load.0), Type::INT8),
                (&after(|id| id.origin.0), Type::INT8),
                (&after(|id| id.record as i64), Type::INT8),
                (&(filter.page as i64), Type::INT8),
            ],
        )
        .await
        .doing("cannot list the quarantine")?;
    rows.iter().map(QuarantineEntry::of).collect()
}

/// The entry right behind the one before it, if it is that one.
pub(crate) async fn find(
    client: &impl GenericClient,
    id: EntryId,
    sight: Sight,
) -> Result<QuarantineEntry> {
    let before = EntryId {
        record: id.record.saturating_sub(1),
        ..id
    };
    let filter = EntryFilter::default().load(id.load).after(before).page(1);
    let found = list(client, &filter, sight).await?.pop();
    found
        .filter(|entry| entry.id == id)
        .ok_or_else(|| Error::contract(format!("the quarantine has no {id}")))
}

pub(crate) async fn write(
    client: &impl GenericClient,
    corrections: &[(EntryId, Vec<u8>)],
) -> Result<u64> {
    if corrections.is_empty() {
        return Ok(0);
    }
    let keys = Keys::of(corrections.iter().map(|(id, _)| *id));
    let bytes: Vec<&[u8]> = corrections
        .iter()
        .map(|(_, bytes)| bytes.as_slice())
        .collect();
    let mut parameters = keys.parameters();
    parameters.push((&bytes, Type::BYTEA_ARRAY));
    client
        .execute_typed(include_str!("../sql/fix_entries.sql"), &parameters)
        .await
        .doing("cannot put records of the quarantine right")
}

pub(crate) fn is_fixable(entry: &QuarantineEntry) -> bool {
    matches!(entry.state, EntryState::Open | EntryState::Fixed) && entry.is_of_applied
}

/// What speaks against putting an entry right with these bytes.
pub(crate) fn check(entry: &QuarantineEntry, bytes: &[u8]) -> Result<()> {
    let (id, state) = (entry.id, entry.state);
    let is_cut = entry.whole().is_none();
    let kept = entry.raw.as_ref().map(|raw| raw.reveal().as_slice());
    let against = if !matches!(state, EntryState::Open | EntryState::Fixed) {
        format!("it is {state}")
    } else if !entry.is_of_applied {
        String::from(
            "its load is not applied, so that none of its records is in: load the whole source again",
        )
    } else if bytes.is_empty() {
        String::from("there are no bytes: discard it if it is not needed")
    } else if bytes.len() > MOST_FIXED_BYTES {
        format!("{} bytes are more than {MOST_FIXED_BYTES}", bytes.len())
    } else if is_cut && kept == Some(bytes) {
        let (kept, whole) = (bytes.len(), entry.raw_length);
        format!("these are the first {kept} bytes of {whole} that were kept: give the whole record")
    } else {
        return Ok(());
    };
    Err(Error::contract(format!("cannot put right {id}: {against}")))
}

pub(crate) fn changed(id: EntryId) -> Error {
    let what = format!("{id} was replayed, discarded or unloaded just now: look at it again");
    Error::new(Kind::Conflict, what)
}

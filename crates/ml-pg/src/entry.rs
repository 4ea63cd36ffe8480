use std::fmt;

use chrono::{DateTime, Utc};
use ml_core::{Error, LoadId, Pii, Result, Violation};
use tokio_postgres::Row;

/// Which record of the quarantine: the load that held it back, the load that brought it in, its number there.
///
/// In bronze the two loads are the same; what silver holds back was brought in by a load of bronze.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// The load that held it back.
    pub load: LoadId,
    /// The load that brought it in.
    pub origin: LoadId,
    /// Its number among the records of the origin, from 1.
    pub record: u64,
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EntryId {
            load,
            origin,
            record,
        } = self;
        write!(
            f,
            "record {record} of load {origin}, held back by load {load}"
        )
    }
}

/// Where a record of the quarantine stands on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryState {
    /// Nobody has decided.
    Open,
    /// Put right, and to be replayed.
    Fixed,
    /// A record of another load has taken its place.
    Replayed,
    /// Left out for good, for a stated reason.
    Discarded,
}

impl EntryState {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            EntryState::Open => "open",
            EntryState::Fixed => "fixed",
            EntryState::Replayed => "replayed",
            EntryState::Discarded => "discarded",
        }
    }

    fn of(word: &str) -> Result<Self> {
        use EntryState::{Discarded, Fixed, Open, Replayed};
        let mut states = [Open, Fixed, Replayed, Discarded].into_iter();
        let known = states.find(|state| state.as_str() == word);
        known.ok_or_else(|| {
            Error::contract(format!(
                "the quarantine has a state {word:?} that this program does not know"
            ))
        })
    }
}

impl fmt::Display for EntryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One record of the quarantine; its bytes are personal and never in `Debug`.
#[derive(Debug, Clone, PartialEq)]
pub struct QuarantineEntry {
    /// Which one it is.
    pub id: EntryId,
    /// The dataset whose rules held it back.
    pub dataset: String,
    /// The source of the load that brought it in.
    pub source: String,
    /// Its line in the source, from 1, where it had one.
    pub line: Option<u64>,
    /// The offset of its first byte in the source, where it had one.
    pub byte: Option<u64>,
    /// Every reason it was held back for.
    pub violations: Vec<Violation>,
    /// Where it stands.
    pub state: EntryState,
    /// Its bytes as received, the first 64 KiB at most; `None` where none were kept, and unless they are revealed.
    pub raw: Option<Pii<Vec<u8>>>,
    /// How many bytes it had, kept or not; 0 where it is known by its columns alone.
    pub raw_length: u64,
    /// Its bytes put right; `None` until they are, and unless they are revealed.
    pub fixed: Option<Pii<Vec<u8>>>,
    /// How its bytes are read.
    pub form: EntryForm,
    /// Who put it right or discarded it: the role of the session.
    pub decided_by: Option<String>,
    /// When that was, by the server's clock.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was discarded.
    pub discard_reason: Option<String>,
    /// The load that has replayed it, and the number of its record that took its place.
    pub replayed: Option<(LoadId, u64)>,
    /// Whether the loads that held it back and brought it in are applied: of others nothing is replayed.
    pub(crate) is_of_applied: bool,
}

/// How the bytes of a record of the quarantine are read, as received and put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryForm {
    /// As its source has them: one record of it.
    Source,
    /// As a JSON object by column name: of the row where an audit held it back. Put right, it has the columns of the
    /// dataset that brought the record in, whichever layer held it back.
    Row,
}

impl QuarantineEntry {
    /// The bytes as received, when they are revealed and all are there.
    pub fn whole(&self) -> Option<&[u8]> {
        let raw = self.raw.as_ref()?.reveal();
        (raw.len() as u64 >= self.raw_length).then_some(raw)
    }

    /// Reads a row of `list_entries.sql`.
    pub(crate) fn of(row: &Row) -> Result<Self> {
        let count = |column: usize| row.get::<_, Option<i64>>(column).map(|count| count as u64);
        let load = |column: usize| row.get::<_, Option<i64>>(column).map(LoadId);
        let violations: &str = row.get(8);
        let violations = serde_json::from_str(violations).map_err(|_| {
            Error::contract("the quarantine has reasons that this program cannot read")
        })?;
        Ok(QuarantineEntry {
            id: EntryId {
                load: LoadId(row.get(0)),
                origin: LoadId(row.get(1)),
                record: row.get::<_, i64>(2) as u64,
            },
            dataset: row.get(3),
            source: row.get(4),
            line: count(5),
            byte: count(6),
            raw_length: count(7).unwrap_or_default(),
            violations,
            state: EntryState::of(row.get(9))?,
            form: match row.get(10) {
                true => EntryForm::Row,
                false => EntryForm::Source,
            },
            decided_by: row.get(11),
            decided_at: row.get(12),
            discard_reason: row.get(13),
            replayed: load(14).zip(count(15)),
            is_of_applied: row.get(16),
            raw: row.get::<_, Option<Vec<u8>>>(17).map(Pii::new),
            fixed: row.get::<_, Option<Vec<u8>>>(18).map(Pii::new),
        })
    }
}

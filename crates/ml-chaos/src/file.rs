use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use crate::Pollution;

/// The values of a record, in the order of the columns, as PostgreSQL writes them.
pub type Row = Vec<String>;

/// A CSV file, and what has to become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// What has to become of it.
    pub truth: Truth,
}

/// What has to become of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// The keys of its records, good and bad; of no other file, but for versions of the same things.
    pub keys: RangeInclusive<i64>,
    /// The rows that have to be loaded.
    pub rows: Vec<Row>,
    /// The records that have to be held back, by their number.
    pub held: BTreeMap<u64, Polluted>,
}

/// A record that has to be held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Polluted {
    /// What is wrong with it.
    pub by: Pollution,
    /// Its key.
    pub key: i64,
}

impl File {
    /// What it is whatever it is called.
    pub(crate) fn thing(&self) -> String {
        let keys = &self.truth.keys;
        format!("keys {} to {}", keys.start(), keys.end())
    }
}

impl Truth {
    /// Records read, accepted and held back.
    pub(crate) fn counts(&self) -> [i64; 3] {
        let (rows, held) = (self.rows.len() as i64, self.held.len() as i64);
        [rows + held, rows, held]
    }
}

/// Records of a stream, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The stream.
    pub stream: String,
    /// Where it begins: how many records came before it.
    pub from: u64,
    /// Its records, of the columns of a file.
    pub rows: Vec<Row>,
}

impl Stretch {
    /// The records of a file from one up to another, as records of a stream.
    pub(crate) fn of(stream: &str, file: &File, records: Range<usize>) -> Self {
        Stretch {
            stream: stream.to_owned(),
            from: records.start as u64,
            rows: file.truth.rows[records].to_vec(),
        }
    }

    /// Where it ends: how many records came up to here.
    pub fn to(&self) -> u64 {
        self.from + self.rows.len() as u64
    }
}

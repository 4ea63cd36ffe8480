//! Rows that go straight into the table.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::BytesMut;
use ml_core::{Chunk, Encoded, LoadId, Position, Record, Result, Type, ValueRef};
use tokio_postgres::types::Type as Wired;

use super::Pass;
use crate::Table;
use crate::failure::Doing;
use crate::keeping::Keeping;
use crate::merge::{MOST_TEXT, render};

/// Their hashes take 40 MB; records of further ones are staged.
const MOST_THINGS: usize = 3_500_000;

/// Which records go straight into the table, while the rest is staged.
pub(super) struct Straight {
    /// What they are copied by.
    pub(super) copy: String,
    firsts: Firsts,
}

/// Tells the records that may go straight into an empty table, which is half the work, from those that are to be
/// compared with others first.
#[derive(Default)]
enum Firsts {
    #[default]
    None,
    /// Nothing is compared.
    All,
    /// The first of each thing, told by hashes: another thing of the same hash is staged, which is never wrong.
    OfThings {
        grain: Vec<usize>,
        seen: HashSet<u64>,
        /// Room to write a thing down in.
        thing: BytesMut,
    },
}

impl Firsts {
    fn is_first(&mut self, record: &impl Record) -> bool {
        match self {
            Firsts::None => false,
            Firsts::All => true,
            Firsts::OfThings { grain, seen, thing } => {
                thing.clear();
                let fits = write(record, grain, thing);
                fits && seen.len() < MOST_THINGS && seen.insert(hash(thing))
            }
        }
    }
}

/// Writes the grain of a record down, so that what is equal in SQL has the same bytes; false where the unique index could
/// not hold it.
fn write(record: &impl Record, grain: &[usize], out: &mut BytesMut) -> bool {
    let mut text_bytes = 0;
    for ordinal in grain {
        let ty = record.columns()[*ordinal].ty;
        let value = match record.field(*ordinal) {
            // 1.0 is 1.00, and 1 in a column of decimals
            value if ty == Type::Numeric => {
                let number = value.decimal().map(|number| number.normalize());
                number.map_or(ValueRef::Null, ValueRef::Decimal)
            }
            // 0 is -0, and there is one NaN
            ValueRef::Float(value) if value.is_nan() => ValueRef::Float(f64::NAN),
            ValueRef::Float(value) => ValueRef::Float(value + 0.0),
            value => value,
        };
        if let ValueRef::Text(text) = value {
            text_bytes += text.len();
        }
        value.encode(ty, out);
    }
    text_bytes <= MOST_TEXT
}

fn hash(thing: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    hasher.finish()
}

/// Records on their way into the table, or to be staged.
#[derive(Default)]
pub(super) struct Parted {
    pub(super) straight: Encoded,
    pub(super) staged: Encoded,
    firsts: Firsts,
}

impl<R: Record> Chunk<R> for Parted {
    fn push(&mut self, record: &R, at: Position) {
        match self.firsts.is_first(record) {
            true => self.straight.push(record, at),
            false => self.staged.push(record, at),
        }
    }

    fn rows(&self) -> u64 {
        Chunk::<R>::rows(&self.straight) + Chunk::<R>::rows(&self.staged)
    }
}

impl Straight {
    /// What is to take the next batch of a load.
    pub(super) fn part(&mut self, load: LoadId) -> Parted {
        Parted {
            straight: Encoded::ending_in(load.0),
            staged: Encoded::default(),
            firsts: std::mem::take(&mut self.firsts),
        }
    }

    /// Takes back what was learnt from a batch.
    pub(super) fn learn(&mut self, parted: &mut Parted) {
        self.firsts = std::mem::take(&mut parted.firsts);
    }
}

/// Which records may go straight into a table, and the condition that it must meet; `None` where all are staged in any case.
fn condition(table: &Table) -> Option<(Firsts, String)> {
    match &table.keeping {
        Keeping::Appended => Some((Firsts::All, String::from("true"))),
        Keeping::Merged(merge) if merge.deleted.is_none() => {
            let grain = merge.grain.iter();
            let firsts = Firsts::OfThings {
                grain: grain
                    .filter_map(|name| table.contract.ordinal(name))
                    .collect(),
                seen: HashSet::new(),
                thing: BytesMut::new(),
            };
            let into = table.dataset().quoted();
            Some((firsts, format!("NOT EXISTS (SELECT FROM {into})")))
        }
        Keeping::Merged(_) | Keeping::History(_) | Keeping::Landing => None,
    }
}

impl<S> Pass<'_, S> {
    /// Lets rows go straight into the table where it is empty, or nothing is compared. Audits judge what is staged, so
    /// that with any everything is.
    pub(crate) async fn go_straight(&mut self) -> Result<()> {
        let table = &self.increment.into;
        let Some((firsts, nothing)) = condition(table) else {
            return Ok(());
        };
        if !self.flow.audits().is_empty() {
            return Ok(());
        }
        let takes = render(
            include_str!("../../sql/takes_straight.sql"),
            &[("nothing", &nothing)],
        );
        let into = (&table.dataset().quoted() as _, Wired::TEXT);
        let takes = self.tx.query_typed(&takes, &[into]).await;
        let takes = takes.doing(self.increment.doing("cannot look at the table"))?;
        if takes.first().is_some_and(|row| row.get(0)) {
            self.straight = Some(Straight {
                copy: table.copy_straight(),
                firsts,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_core::{ColumnDef, Contract, Row, Value};
    use std::sync::Arc;

    fn blank() -> Row {
        let column = |name, ty| ColumnDef {
            nullable: true,
            ..ColumnDef::of(name, ty)
        };
        let contract = Contract {
            dataset: ml_core::Dataset::of("silver", "thing"),
            columns: vec![
                column("n", Type::Numeric),
                column("f", Type::Float8),
                column("t", Type::Text),
                column("at", Type::Timestamp),
            ],
            grain: Vec::new(),
        };
        Row::new(Arc::new(contract))
    }

    fn of(values: [Option<&str>; 4]) -> (bool, BytesMut) {
        let (mut row, mut out) = (blank(), BytesMut::new());
        for (ordinal, value) in values.into_iter().enumerate() {
            row.put(ordinal, value).unwrap();
        }
        (write(&row, &[0, 1, 2, 3], &mut out), out)
    }

    #[test]
    fn what_sql_calls_equal_is_written_alike() {
        let one = of([Some("1.0"), Some("0"), Some("a"), None]);
        assert_eq!(one, of([Some("1.00"), Some("-0"), Some("a"), None]));
        assert_ne!(one, of([Some("1.0"), Some("0"), None, None]));
        assert_ne!(one, of([Some("1.1"), Some("0"), Some("a"), None]));
    }

    #[test]
    fn what_is_below_a_microsecond_is_not_kept() {
        let at = |nanos: i64| {
            let (mut row, mut out) = (blank(), BytesMut::new());
            let at = chrono::DateTime::from_timestamp_nanos(nanos).naive_utc();
            row.set(3, Value::Timestamp(at)).unwrap();
            write(&row, &[3], &mut out);
            out
        };
        assert_eq!(at(1_001), at(1_999));
        assert_ne!(at(1_999), at(2_000));
    }

    #[test]
    fn a_grain_too_long_for_an_index_does_not_fit() {
        let fits = |bytes: usize| of([None, None, Some(&"a".repeat(bytes)), None]).0;
        assert!(fits(MOST_TEXT));
        assert!(!fits(MOST_TEXT + 1));
    }
}

//! Rows that go straight into the table.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

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
    },
}

impl Firsts {
    fn is_first(&mut self, record: &impl Record) -> bool {
        match self {
            Firsts::None => false,
            Firsts::All => true,
            Firsts::OfThings { grain, seen } => match hash(record, grain) {
                Some(hash) if seen.len() < MOST_THINGS => seen.insert(hash),
                _ => false,
            },
        }
    }
}

/// What is equal in SQL has one hash; `None` for a grain that the unique index could not hold.
fn hash(record: &impl Record, grain: &[usize]) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    let mut text_bytes = 0;
    for ordinal in grain {
        match record.field(*ordinal) {
            ValueRef::Null => 0_u8.hash(&mut hasher),
            ValueRef::Bool(value) => value.hash(&mut hasher),
            // 1 is 1.0 in a column of decimals, and decimals hash as what they are worth
            value if record.columns()[*ordinal].ty == Type::Numeric => {
                value.decimal().hash(&mut hasher);
            }
            ValueRef::Int(value) => value.hash(&mut hasher),
            ValueRef::Decimal(value) => value.hash(&mut hasher),
            // 0 and -0 are equal
            ValueRef::Float(value) => (value + 0.0).to_bits().hash(&mut hasher),
            ValueRef::Text(value) => {
                text_bytes += value.len();
                value.hash(&mut hasher);
            }
            ValueRef::Date(value) => value.hash(&mut hasher),
            ValueRef::Timestamp(value) => value.hash(&mut hasher),
            ValueRef::Timestamptz(value) => value.hash(&mut hasher),
        }
    }
    (text_bytes <= MOST_TEXT).then(|| hasher.finish())
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

/// What a row would have to be compared with before it is there; `None` where it must be staged in any case.
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
    use ml_core::{ColumnDef, Contract, Row};
    use std::sync::Arc;

    fn of(values: [Option<&str>; 3]) -> Option<u64> {
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
            ],
            grain: Vec::new(),
        };
        let mut row = Row::new(Arc::new(contract));
        for (ordinal, value) in values.into_iter().enumerate() {
            row.put(ordinal, value).unwrap();
        }
        hash(&row, &[0, 1, 2])
    }

    #[test]
    fn what_sql_calls_equal_has_one_hash() {
        let one = of([Some("1.0"), Some("0"), Some("a")]);
        assert_eq!(one, of([Some("1.00"), Some("-0"), Some("a")]));
        assert_ne!(one, of([Some("1.0"), Some("0"), None]));
        assert_ne!(one, of([Some("1.1"), Some("0"), Some("a")]));
    }

    #[test]
    fn a_grain_too_long_for_an_index_has_none() {
        let text = |bytes: usize| of([None, None, Some(&"a".repeat(bytes))]);
        assert!(text(MOST_TEXT).is_some());
        assert!(text(MOST_TEXT + 1).is_none());
    }
}

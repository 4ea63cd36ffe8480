use std::collections::{BTreeMap, BTreeSet};

use crate::file::Row;
use crate::{Invariant, Pollution, Truth, Violation};

/// What is there of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Its rows, with their keys.
    pub(crate) rows: Vec<(i64, Row)>,
    /// The rules under which its records are held back.
    pub(crate) held: BTreeMap<u64, BTreeSet<String>>,
    /// Records read, accepted and held back, by the ledger.
    pub(crate) counted: Option<[i64; 3]>,
}

impl Seen {
    /// Whether nothing at all is there.
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Seen::default()
    }

    /// What is not as it has to be when all of the file is there; `rule` says which rule a polluted record falls under.
    pub(crate) fn against(
        &self,
        truth: &Truth,
        rule: impl Fn(Pollution) -> Option<&'static str>,
    ) -> Vec<Violation> {
        let mut found = rows_against(&self.rows, truth);
        for (number, bad) in &truth.held {
            let rules = self.held.get(number);
            match (rules, rule(bad.by)) {
                (None, _) => found.push(broken(format!(
                    "record {number} ({:?}) is not held back",
                    bad.by
                ))),
                (Some(rules), Some(rule)) if !rules.contains(rule) => {
                    let what = format!(
                        "record {number} ({:?}) is held back under {rules:?}, not {rule}",
                        bad.by
                    );
                    found.push(Violation::of(Invariant::Explains, what));
                }
                _ => {}
            }
        }
        let good = self
            .held
            .keys()
            .filter(|number| !truth.held.contains_key(number));
        found.extend(good.map(|number| broken(format!("record {number} is good, and held back"))));
        if self.counted != Some(truth.counts()) {
            let (counted, counts) = (self.counted, truth.counts());
            found.push(broken(format!(
                "the ledger says {counted:?} and not {counts:?}"
            )));
        }
        found
    }
}

/// Rows that are missing, twice there, or should not be.
pub(crate) fn rows_against(rows: &[(i64, Row)], truth: &Truth) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut left: BTreeMap<&Row, i64> = BTreeMap::new();
    for row in &truth.rows {
        *left.entry(row).or_default() += 1;
    }
    for (key, row) in rows {
        let is_due = left.contains_key(row);
        match left.get_mut(row) {
            Some(left) if *left > 0 => *left -= 1,
            _ => found.push(surplus(*key, is_due, truth)),
        }
    }
    let missing: i64 = left.values().sum();
    if missing > 0 {
        let rows = truth.rows.len();
        found.push(broken(format!(
            "{missing} of {rows} rows are missing, or not as they were"
        )));
    }
    found
}

fn surplus(key: i64, is_due: bool, truth: &Truth) -> Violation {
    let bad = truth.held.values().find(|bad| bad.key == key);
    match bad {
        Some(bad) => Violation::of(
            bad.by.invariant(),
            format!("key {key} ({:?}) is loaded", bad.by),
        ),
        None if is_due => Violation::of(Invariant::Idempotent, format!("key {key} is there twice")),
        None => broken(format!("key {key} is loaded as another than it was")),
    }
}

fn broken(what: String) -> Violation {
    Violation::of(Invariant::Reconciles, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Polluted;

    /// Two good records, and between them one that is not a number.
    fn truth() -> Truth {
        let (by, key) = (Pollution::NotANumber, 2);
        Truth {
            keys: 1..=3,
            rows: vec![row("1"), row("3")],
            held: BTreeMap::from([(2, Polluted { by, key })]),
        }
    }

    fn row(id: &str) -> Row {
        vec![id.to_owned(), String::from("a")]
    }

    fn whole() -> Seen {
        Seen {
            rows: vec![(1, row("1")), (3, row("3"))],
            held: BTreeMap::from([(2, BTreeSet::from([String::from("amount.decode")]))]),
            counted: Some([3, 2, 1]),
        }
    }

    /// The invariants that do not hold after something was done to what is there.
    fn broken_by(damage: impl FnOnce(&mut Seen)) -> Vec<Invariant> {
        let mut seen = whole();
        damage(&mut seen);
        let found = seen.against(&truth(), |_| Some("amount.decode"));
        found.iter().map(|violation| violation.invariant).collect()
    }

    #[test]
    fn each_damage_is_found_and_named() {
        use Invariant::{Explains, Idempotent, Reconciles};
        assert_eq!(broken_by(|_| ()), []);
        assert_eq!(broken_by(|seen| drop(seen.rows.pop())), [Reconciles]);
        assert_eq!(
            broken_by(|seen| seen.rows.push((3, row("3")))),
            [Idempotent]
        );
        assert_eq!(
            broken_by(|seen| seen.rows.push((2, row("2")))),
            [Reconciles]
        );
        // another row than it was, and none as it was
        assert_eq!(
            broken_by(|seen| seen.rows[0].1[1].push('!')),
            [Reconciles; 2]
        );
        assert_eq!(broken_by(|seen| seen.held.clear()), [Reconciles]);
        assert_eq!(
            broken_by(|seen| drop(seen.held.insert(3, BTreeSet::new()))),
            [Reconciles]
        );
        let other = || BTreeSet::from([String::from("csv.width")]);
        assert_eq!(
            broken_by(|seen| drop(seen.held.insert(2, other()))),
            [Explains]
        );
        assert_eq!(broken_by(|seen| seen.counted = None), [Reconciles]);
        assert!(Seen::default().is_nothing() && !whole().is_nothing());
    }

    #[test]
    fn a_field_that_is_too_long_is_a_matter_of_memory() {
        let mut truth = truth();
        let (by, key) = (Pollution::Oversized, 2);
        truth.held.insert(2, Polluted { by, key });
        let found = rows_against(&[(1, row("1")), (2, row("2")), (3, row("3"))], &truth);
        assert_eq!(
            found,
            [Violation::of(
                Invariant::Bounded,
                "key 2 (Oversized) is loaded"
            )]
        );
    }
}

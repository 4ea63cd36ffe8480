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

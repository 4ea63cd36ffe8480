use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use ml_core::LoadId;

use crate::EntryId;

/// A row, and what it is made of, down to the files; without a personal value.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// Its table, as `schema.table`.
    pub table: String,
    /// Its columns, in order, each with its value as text: `None` is NULL, and `***` personal, or of a table whose
    /// contract nobody has shown.
    pub values: Vec<(String, Option<String>)>,
    /// How many rows it is made of.
    pub made_of: u64,
    /// The first of them.
    pub rows: Vec<Explained>,
    /// The record it came in by, where it is no row of a warehouse and its record is still there.
    pub record: Option<Traced>,
}

/// A record on its way into silver.
#[derive(Debug, Clone, PartialEq)]
pub struct Traced {
    /// The load that brought it in.
    pub load: LoadId,
    /// The dataset it was brought into.
    pub dataset: String,
    /// The name of its source, such as that of a file.
    pub source: String,
    /// SHA-256 of the source's content, in hexadecimal digits, where it has one.
    pub sha256: Option<String>,
    /// When the load ended.
    pub loaded_at: Option<DateTime<Utc>>,
    /// Its number in the source, from 1.
    pub record: u64,
    /// Its line in the source, where that is known: the database knows it of records that were held back, the source
    /// of all others.
    pub line: Option<u64>,
    /// Offset of its first byte, as the line.
    pub byte: Option<u64>,
    /// As which entry it was held back before it was put right.
    pub replayed: Option<EntryId>,
    /// The row as it was brought in, where its table is known.
    pub values: Vec<(String, Option<String>)>,
    /// The rules that judged it.
    pub rules: Vec<Judged>,
    /// What standardisers changed in it, where that was recorded.
    pub changes: Vec<Changed>,
    /// The records it won against.
    pub beaten: Vec<Beaten>,
}

/// A rule that judged a record which is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The dataset on whose way it judged.
    pub dataset: String,
    /// The rule.
    pub rule: String,
    /// What it does: `warn`, `quarantine` or `abort`.
    pub action: String,
    /// How many records of the load violate it.
    pub violations: i64,
}

impl Judged {
    /// Whether the record is sure to have passed: a rule that holds back has let it through, one that warns has
    /// nothing against it only where it has nothing against any.
    pub fn has_passed(&self) -> bool {
        self.violations == 0 || self.action == "quarantine"
    }
}

/// One step of a standardiser in one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The column.
    pub column: String,
    /// What changed it.
    pub standardiser: String,
    /// What was there; `***` where it is personal.
    pub old: String,
    /// What is there now; `None` is NULL.
    pub new: Option<String>,
}

/// A record that a merge left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beaten {
    /// The load that brought it in.
    pub load: LoadId,
    /// Its number there.
    pub record: u64,
    /// The name of its source.
    pub source: String,
    /// Why: `duplicate`, `older`, `tie` or `later`.
    pub reason: String,
}

impl Explained {
    /// Every record that it goes back to, as far as its rows were followed: here the lines of a source are entered that
    /// the database does not know.
    pub fn records_mut(&mut self) -> Vec<&mut Traced> {
        let own = self.record.iter_mut();
        let below = self.rows.iter_mut().flat_map(Explained::records_mut);
        own.chain(below).collect()
    }

    fn write(&self, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let margin = "  ".repeat(depth);
        writeln!(f, "{margin}{}: {}", self.table, written(&self.values))?;
        if let Some(record) = &self.record {
            record.write(&margin, f)?;
        }
        if self.made_of > 0 {
            let (all, shown) = (self.made_of, self.rows.len());
            writeln!(
                f,
                "{margin}  is made of {all} rows, of which {shown} follow"
            )?;
        }
        self.rows.iter().try_for_each(|row| row.write(depth + 1, f))
    }
}

impl Traced {
    /// The rules that it is sure to have passed, by the dataset on whose way they judged.
    pub fn passed(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut passed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for judged in self.rules.iter().filter(|judged| judged.has_passed()) {
            passed
                .entry(&judged.dataset)
                .or_default()
                .push(&judged.rule);
        }
        passed
    }

    fn write(&self, margin: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{margin}  came in as record {} of {}",
            self.record, self.source
        )?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        writeln!(f, ", by load {} into {}", self.load, self.dataset)?;
        if let Some(entry) = self.replayed {
            writeln!(f, "{margin}  was put right: {entry}")?;
        }
        if !self.values.is_empty() {
            writeln!(f, "{margin}  as received: {}", written(&self.values))?;
        }
        for (dataset, rules) in self.passed() {
            writeln!(f, "{margin}  passed in {dataset}: {}", rules.join(", "))?;
        }
        for Changed {
            column,
            standardiser,
            old,
            new,
        } in &self.changes
        {
            let new = new.as_deref().map_or(String::from("NULL"), line);
            let old = line(old);
            writeln!(f, "{margin}  {standardiser} made {column} {new} of {old}")?;
        }
        for Beaten {
            record,
            source,
            reason,
            ..
        } in &self.beaten
        {
            writeln!(
                f,
                "{margin}  won against record {record} of {source}: {reason}"
            )?;
        }
        Ok(())
    }
}

fn written(values: &[(String, Option<String>)]) -> String {
    let values = values.iter().map(|(name, value)| {
        let value = value.as_deref().map_or(String::from("NULL"), line);
        format!("{name} = {value}")
    });
    values.collect::<Vec<_>>().join(", ")
}

/// A value that stays on its line.
fn line(value: &str) -> String {
    value.replace(char::is_control, " ")
}

/// A line for each row and each thing that happened to it, the rows it is made of indented below it.
impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_only_warns_says_nothing_of_one_record_when_it_was_violated() {
        let judged = |action: &str, violations| Judged {
            dataset: String::from("d"),
            rule: String::from("r"),
            action: action.to_owned(),
            violations,
        };
        assert!(judged("warn", 0).has_passed());
        assert!(!judged("warn", 1).has_passed());
        assert!(judged("quarantine", 1).has_passed());
        assert!(!judged("abort", 1).has_passed(), "some are tolerated");
    }
}

use std::collections::BTreeMap;
use std::fmt;

use ml_core::{Candidate, Candidates, Column, Fields, RowId, SkippedBlock, ValueRef};

/// Finds pairs of records that may be one thing: those that share a block and are alike enough.
///
/// Only records within a block are compared, so blocks decide what is found and how long it takes. The score is the
/// mean of the columns' similarities by their weights, over the columns in which both records have a value. Two of them
/// are one thing only where a [rule](Matching::merge_when) says so; what is merely alike is left to people.
///
/// ```
/// use ml_core::{Pii, Record, RowId};
/// use ml_silver::{Matching, similarity};
///
/// #[derive(Debug, Clone, Record)]
/// #[record(dataset = "silver.people")]
/// struct Person {
///     name: String,
///     #[column(pii)]
///     email: Pii<Option<String>>,
///     postcode: String,
/// }
///
/// let matching = Matching::within("postcode", |person: &Person| Some(person.postcode.clone()))
///     .column(Person::NAME, 2, similarity::name)
///     .column(Person::EMAIL, 3, similarity::email)
///     .threshold(0.85)
///     .merge_when("same_email", |a, b| a.email.reveal().is_some() && a.email == b.email);
///
/// let person = |name: &str, email: &str| Person {
///     name: name.into(),
///     email: Pii::new(Some(email.into())),
///     postcode: "10115".into(),
/// };
/// let found = matching.find(vec![
///     (RowId(1), person("Jon Smith", "jon@example.com")),
///     (RowId(2), person("Smith, John", "jon@example.com")),
///     (RowId(3), person("Ada Lovelace", "ada@example.com")),
/// ]);
/// assert_eq!(found.pairs.len(), 1);
/// assert_eq!((found.pairs[0].left, found.pairs[0].right), (RowId(1), RowId(2)));
/// assert_eq!(found.pairs[0].merge.as_deref(), Some("same_email"));
/// ```
pub struct Matching<T> {
    blocks: Vec<Block<T>>,
    columns: Vec<Compared>,
    rules: Vec<MergeRule<T>>,
    threshold: f64,
    most: usize,
}

type Key<T> = dyn Fn(&T) -> Option<String> + Send + Sync;
type IsOne<T> = dyn Fn(&T, &T) -> bool + Send + Sync;

struct Block<T> {
    name: String,
    key: Box<Key<T>>,
}

struct Compared {
    ordinal: usize,
    name: &'static str,
    weight: u32,
    similarity: fn(&str, &str) -> f64,
}

struct MergeRule<T> {
    name: String,
    is_one: Box<IsOne<T>>,
}

impl<T: Fields> Matching<T> {
    /// Records with the same key are compared; one without a key is not.
    pub fn within(
        name: impl Into<String>,
        key: impl Fn(&T) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let matching = Matching {
            blocks: Vec::new(),
            columns: Vec::new(),
            rules: Vec::new(),
            threshold: 0.9,
            most: 1_000,
        };
        matching.or_within(name, key)
    }

    /// Records with the same key here are compared, too: what one key parts, another brings together.
    pub fn or_within(
        mut self,
        name: impl Into<String>,
        key: impl Fn(&T) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.blocks.push(Block {
            name: name.into(),
            key: Box::new(key),
        });
        self
    }

    /// Compares a column, which counts by its weight. Values that are not text are alike when they are equal.
    ///
    /// The similarity is asked for the smaller text first and its answer taken as one from 0 to 1.
    pub fn column<V>(
        mut self,
        column: Column<T, V>,
        weight: u32,
        similarity: fn(&str, &str) -> f64,
    ) -> Self {
        self.columns.push(Compared {
            ordinal: column.ordinal,
            name: column.name,
            weight,
            similarity,
        });
        self
    }

    /// The least score of a candidate, from 0 to 1; 0.9 unless told.
    pub fn threshold(mut self, score: f64) -> Self {
        self.threshold = score.clamp(0.0, 1.0);
        self
    }

    /// The most records of a block that are compared, each with each; 1,000 unless told. A larger block is skipped,
    /// and [said to be](Candidates::skipped).
    pub fn most_in_block(mut self, records: usize) -> Self {
        self.most = records;
        self
    }

    /// A rule by which two candidates are one thing, asked for the row that stood first and the other one. The first
    /// rule that holds has its name on the candidate.
    pub fn merge_when(
        mut self,
        name: impl Into<String>,
        is_one: impl Fn(&T, &T) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.rules.push(MergeRule {
            name: name.into(),
            is_one: Box::new(is_one),
        });
        self
    }

    /// The candidates among some rows, whatever the order these come in.
    pub fn find(&self, mut rows: Vec<(RowId, T)>) -> Candidates {
        rows.sort_by_key(|(id, _)| *id);
        rows.dedup_by_key(|(id, _)| *id);
        let mut found = BTreeMap::new();
        let mut skipped = Vec::new();
        for block in &self.blocks {
            for members in block.split(&rows) {
                if members.len() <= self.most {
                    self.compare(block, &members, &mut found);
                    continue;
                }
                skipped.push(SkippedBlock {
                    block: block.name.clone(),
                    rows: members.len(),
                    first: members[0].0,
                });
            }
        }
        let mut pairs: Vec<Candidate> = found.into_values().collect();
        pairs.sort_by(|a, b| b.score.total_cmp(&a.score));
        Candidates { pairs, skipped }
    }

    /// Each member of a block with each that comes after it.
    fn compare(
        &self,
        block: &Block<T>,
        members: &[&(RowId, T)],
        found: &mut BTreeMap<(RowId, RowId), Candidate>,
    ) {
        for (nth, left) in members.iter().enumerate() {
            for right in &members[nth + 1..] {
                if let Some(known) = found.get_mut(&(left.0, right.0)) {
                    known.blocks.push(block.name.clone());
                } else if let Some(candidate) = self.judge(block, left, right) {
                    found.insert((left.0, right.0), candidate);
                }
            }
        }
    }

    fn judge(&self, block: &Block<T>, left: &(RowId, T), right: &(RowId, T)) -> Option<Candidate> {
        let columns = self.columns.iter();
        let columns: Vec<(&Compared, Option<f64>)> = columns
            .map(|column| (column, column.compare(&left.1, &right.1)))
            .collect();
        let score = score(&columns).filter(|score| *score >= self.threshold)?;
        let mut rules = self.rules.iter();
        let rule = rules.find(|rule| (rule.is_one)(&left.1, &right.1));
        Some(Candidate {
            left: left.0,
            right: right.0,
            score,
            columns: columns
                .iter()
                .map(|(column, score)| (column.name.to_owned(), *score))
                .collect(),
            blocks: vec![block.name.clone()],
            merge: rule.map(|rule| rule.name.clone()),
        })
    }
}

impl<T> Block<T> {
    /// The records of each key, in the order of the keys and of the rows.
    fn split<'a>(&self, rows: &'a [(RowId, T)]) -> Vec<Vec<&'a (RowId, T)>> {
        let mut blocks: BTreeMap<String, Vec<&(RowId, T)>> = BTreeMap::new();
        for row in rows {
            if let Some(key) = (self.key)(&row.1) {
                blocks.entry(key).or_default().push(row);
            }
        }
        blocks.into_values().collect()
    }
}

impl Compared {
    fn compare(&self, left: &impl Fields, right: &impl Fields) -> Option<f64> {
        match (left.field(self.ordinal), right.field(self.ordinal)) {
            (ValueRef::Null, _) | (_, ValueRef::Null) => None,
            (ValueRef::Text(a), ValueRef::Text(b)) => {
                Some((self.similarity)(a.min(b), a.max(b)).clamp(0.0, 1.0))
            }
            (a, b) => Some(f64::from(u8::from(a == b))),
        }
    }
}

/// The mean by weight, where both have a value; `None` where no weight is left.
fn score(columns: &[(&Compared, Option<f64>)]) -> Option<f64> {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (column, score) in columns {
        if let Some(score) = score {
            sum += score * f64::from(column.weight);
            weights += f64::from(column.weight);
        }
    }
    (weights > 0.0).then(|| (sum / weights).clamp(0.0, 1.0))
}

/// Names, and no closure.
impl<T> fmt::Debug for Matching<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blocks: Vec<&str> = self.blocks.iter().map(|block| &*block.name).collect();
        let columns: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        let rules: Vec<&str> = self.rules.iter().map(|rule| &*rule.name).collect();
        f.debug_struct("Matching")
            .field("blocks", &blocks)
            .field("columns", &columns)
            .field("rules", &rules)
            .field("threshold", &self.threshold)
            .field("most", &self.most)
            .finish()
    }
}

#[cfg(test)]
mod tests;

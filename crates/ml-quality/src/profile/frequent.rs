use std::borrow::Borrow;
use std::hash::Hash;

use datasketches::frequencies::{ErrorType, FrequentItemsSketch};
use serde::Serialize;

/// A value, or a shape of text, and how many records have it: with certainty at least and at most so many.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Top<T> {
    /// What they have.
    pub value: T,
    /// Records that have it for sure.
    pub at_least: u64,
    /// Records that may have it; the same number while all different ones fit in the memory there is.
    pub at_most: u64,
}

/// What occurs often, with bounds of how often.
///
/// Source: Anderson and others, "A high-performance algorithm for identifying frequent items in data streams", 2017.
#[derive(Clone)]
pub(super) struct Frequent<K>(FrequentItemsSketch<K>);

impl<K: Eq + Hash + Ord + Clone> Frequent<K> {
    /// Remembers three quarters of `size`, a power of two from 8; counts are off by at most 3.5 / `size` of all.
    #[expect(clippy::expect_used, reason = "every size is a constant of ours")]
    pub(super) fn new(size: usize) -> Self {
        Frequent(FrequentItemsSketch::new(size).expect("a power of two from 8"))
    }

    pub(super) fn see(&mut self, key: K) {
        self.0.update(key);
    }

    /// Without an allocation where the key is remembered.
    pub(super) fn see_ref<Q>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = K> + ?Sized,
    {
        self.0.update_ref(key);
    }

    pub(super) fn merge(&mut self, other: &Frequent<K>) {
        self.0.merge(&other.0);
    }

    /// Whether every key there was is remembered, with its exact count.
    pub(super) fn is_exact(&self) -> bool {
        self.0.maximum_error() == 0
    }

    /// What occurs more often than a count can be off, the most frequent first; ties in the order of keys.
    pub(super) fn tops(&self) -> Vec<Top<K>> {
        let rows = self.0.frequent_items(ErrorType::NoFalsePositives);
        let mut tops: Vec<Top<K>> = rows
            .into_iter()
            .map(|row| Top {
                value: row.item().clone(),
                at_least: row.lower_bound(),
                at_most: row.upper_bound(),
            })
            .collect();
        rank(&mut tops);
        tops
    }
}

/// The most frequent first; ties in the order of keys, so that neither order nor grouping of records shows.
pub(super) fn rank<K: Ord>(tops: &mut [Top<K>]) {
    tops.sort_by(|a, b| {
        let by_count = b.at_most.cmp(&a.at_most);
        by_count.then_with(|| a.value.cmp(&b.value))
    });
}

impl<K> Top<K> {
    pub(super) fn map<T>(self, to: impl FnOnce(K) -> T) -> Top<T> {
        Top {
            value: to(self.value),
            at_least: self.at_least,
            at_most: self.at_most,
        }
    }
}

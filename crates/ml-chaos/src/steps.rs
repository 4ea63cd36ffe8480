use std::collections::BTreeMap;

/// The steps that a process has reached, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps(Vec<String>);

impl Steps {
    /// Those of a log that has a line for each; a line without an end was not written whole.
    pub(crate) fn read(log: &str) -> Self {
        let whole = log.rsplit_once('\n').map_or("", |(whole, _)| whole);
        Steps(whole.lines().map(String::from).collect())
    }

    /// How many there were.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none was reached.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Their names, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// How often each name was reached.
    pub fn counts(&self) -> BTreeMap<&str, u64> {
        let mut counts = BTreeMap::new();
        for step in self.iter() {
            *counts.entry(step).or_default() += 1;
        }
        counts
    }

    /// How often a step was reached.
    pub fn count(&self, step: &str) -> u64 {
        self.iter().filter(|name| *name == step).count() as u64
    }

    /// The one reached last, which a process that was killed at a step was killed at.
    pub fn last(&self) -> Option<&str> {
        self.0.last().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_written_line_was_not_reached() {
        let steps = Steps::read("begin\nsend\nsend\ncomm");
        assert_eq!((steps.len(), steps.last()), (3, Some("send")));
        assert_eq!(steps.count("send"), 2);
        assert_eq!(steps.counts(), BTreeMap::from([("begin", 1), ("send", 2)]));
        assert!(Steps::read("").is_empty());
    }
}

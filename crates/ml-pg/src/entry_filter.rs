use ml_core::{Dataset, LoadId};

use crate::{EntryId, EntryState};

/// Which records of the quarantine, in the order of their keys, page by page.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryFilter {
    pub(crate) dataset: Option<String>,
    pub(crate) load: Option<LoadId>,
    pub(crate) rule: Option<String>,
    pub(crate) state: Option<EntryState>,
    pub(crate) after: Option<EntryId>,
    pub(crate) page: usize,
}

/// All of them, 100 on a page.
impl Default for EntryFilter {
    fn default() -> Self {
        EntryFilter {
            dataset: None,
            load: None,
            rule: None,
            state: None,
            after: None,
            page: 100,
        }
    }
}

impl EntryFilter {
    /// Those that a dataset's rules held back.
    pub fn dataset(mut self, dataset: &Dataset) -> Self {
        self.dataset = Some(dataset.to_string());
        self
    }

    /// Those that one load held back.
    pub fn load(mut self, load: LoadId) -> Self {
        self.load = Some(load);
        self
    }

    /// Those that violate a rule, whatever else they violate.
    pub fn rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = Some(rule.into());
        self
    }

    /// Those in a state.
    pub fn state(mut self, state: EntryState) -> Self {
        self.state = Some(state);
        self
    }

    /// Those behind the last one of the page before.
    pub fn after(mut self, last: EntryId) -> Self {
        self.after = Some(last);
        self
    }

    /// So many on a page, at least one; with their bytes revealed each may have 64 KiB and what put it right.
    pub fn page(mut self, entries: usize) -> Self {
        self.page = entries.clamp(1, i32::MAX as usize);
        self
    }
}

use ml_core::Record;

use crate::Judge;

/// Which columns the rules of a [`Judge`] read. What `validator` derives reads none that it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Columns that a rule reads, in the order of the contract.
    pub read: Vec<String>,
    /// Columns that no rule reads; critical ones are never here, since their rule set does not build.
    pub unread: Vec<String>,
}

impl Coverage {
    /// The share of columns that a rule reads, from 0 to 1.
    pub fn share(&self) -> f64 {
        let all = self.read.len() + self.unread.len();
        // A contract has one column at least.
        self.read.len() as f64 / all.max(1) as f64
    }
}

impl<R: Record> Judge<R> {
    /// Which columns the rules read.
    ///
    /// ```
    /// use ml_core::Record;
    /// use ml_quality::{ColumnRules, RuleSet};
    ///
    /// #[derive(Debug, Clone, Record)]
    /// #[record(dataset = "bronze.orders")]
    /// struct Order {
    ///     id: i64,
    ///     note: String,
    /// }
    ///
    /// let judge = RuleSet::<Order>::new().quarantine(Order::ID.at_least(1)).build()?;
    /// assert_eq!(judge.coverage().share(), 0.5);
    /// assert_eq!(judge.coverage().unread, ["note"]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn coverage(&self) -> Coverage {
        let columns = self.contract().columns.iter().enumerate();
        let (read, unread): (Vec<_>, Vec<_>) =
            columns.partition(|(ordinal, _)| self.reads(*ordinal));
        let [read, unread] = [read, unread].map(|columns| {
            let names = columns
                .into_iter()
                .map(|(_, column)| column.name.to_string());
            names.collect()
        });
        Coverage { read, unread }
    }
}

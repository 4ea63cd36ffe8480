use std::fmt;

/// How many keys of a table are shown.
const MOST_KEYS: usize = 20;

/// In what the tables of a warehouse are not those that a full refresh gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drift {
    /// Each of its tables, in the order they are refreshed.
    pub tables: Vec<TableDrift>,
}

/// In what a table is not the one that a full refresh gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableDrift {
    /// Its name.
    pub table: String,
    /// Rows that a full refresh puts where there is none.
    pub missing: u64,
    /// Rows that it takes out.
    pub extra: u64,
    /// Rows that it changes.
    pub different: u64,
    /// The keys of some of all these, 20 at most.
    pub keys: Vec<String>,
}

impl Drift {
    /// Whether a full refresh would write nothing.
    pub fn is_same(&self) -> bool {
        self.tables.iter().all(TableDrift::is_same)
    }
}

impl TableDrift {
    pub(crate) fn of(table: &str) -> Self {
        TableDrift {
            table: table.to_owned(),
            ..TableDrift::default()
        }
    }

    /// Whether a full refresh would write nothing into it.
    pub fn is_same(&self) -> bool {
        self.missing + self.extra + self.different == 0
    }

    pub(crate) fn count(&mut self, change: &str, key: String) {
        match change {
            "insert" => self.missing += 1,
            "delete" => self.extra += 1,
            _ => self.different += 1,
        }
        if self.keys.len() < MOST_KEYS {
            self.keys.push(key);
        }
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut differing = self.tables.iter().filter(|table| !table.is_same());
        match differing.next() {
            None => write!(f, "no difference"),
            Some(first) => {
                write!(f, "{first}")?;
                differing.try_for_each(|table| write!(f, "\n{table}"))
            }
        }
    }
}

impl fmt::Display for TableDrift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TableDrift {
            table,
            missing,
            extra,
            different,
            keys,
        } = self;
        write!(
            f,
            "{table}: {missing} rows missing, {extra} extra, {different} different"
        )?;
        if !keys.is_empty() {
            write!(f, ": {}", keys.join("; "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_counted_and_named() {
        let mut drift = Drift {
            tables: vec![TableDrift::of("fct_sales"), TableDrift::of("agg_daily")],
        };
        assert!(drift.is_same());
        assert_eq!(drift.to_string(), "no difference");
        for nth in 0..30 {
            drift.tables[1].count(["insert", "delete", "update"][nth % 3], nth.to_string());
        }
        assert!(!drift.is_same());
        let said = drift.to_string();
        assert!(
            said.starts_with("agg_daily: 10 rows missing, 10 extra, 10 different: 0; 1;"),
            "{said}"
        );
        assert_eq!(drift.tables[1].keys.len(), 20);
    }
}

use ml_core::{Contract, Error, Merge, Result};

/// How a table keeps what is loaded into it.
#[derive(Debug, Clone)]
pub(crate) enum Keeping {
    /// Rows as the records of a source come, those of a load together.
    Landing,
    /// Rows as they come out of a stage, many loads taken in by one.
    Appended,
    /// One row a thing.
    Merged(Merge),
    /// One row a span of time of a thing; every version of it stands in a table beside.
    History(Merge),
}

/// PostgreSQL's limit.
const MAX_COLUMNS: usize = 1_600;
/// Lineage, what silver keeps beside it, and a span.
const OWN_COLUMNS: usize = 7;

impl Keeping {
    /// Which records win, where there is something to win.
    pub(crate) fn merge(&self) -> Option<&Merge> {
        match self {
            Keeping::Landing | Keeping::Appended => None,
            Keeping::Merged(merge) | Keeping::History(merge) => Some(merge),
        }
    }

    /// The columns of the unique key, if it has one.
    pub(crate) fn key(&self) -> Option<Vec<String>> {
        let mut key = self.merge()?.grain.clone();
        if let Keeping::History(_) = self {
            key.push(String::from("valid_from"));
        }
        Some(key)
    }

    /// Compares it with the contract of the table.
    pub(crate) fn check(&self, contract: &Contract) -> Result<()> {
        match self {
            Keeping::Landing | Keeping::Appended => Ok(()),
            Keeping::Merged(merge) => merge.check(contract),
            Keeping::History(merge) => {
                merge.instant(contract)?;
                check_room(contract)
            }
        }
    }
}

/// A span takes two names and two columns.
fn check_room(contract: &Contract) -> Result<()> {
    let dataset = &contract.dataset;
    let spans = ["valid_from", "valid_to"];
    if let Some(name) = spans.iter().find(|name| contract.ordinal(name).is_some()) {
        return Err(Error::contract(format!(
            "{dataset} has a column {name} of its own, where its history keeps the spans: call it something else"
        )));
    }
    let (columns, most) = (contract.columns.len(), MAX_COLUMNS - OWN_COLUMNS);
    match columns > most {
        true => Err(Error::contract(format!(
            "{dataset} has {columns} columns, expected at most {most} where a history is kept"
        ))),
        false => Ok(()),
    }
}

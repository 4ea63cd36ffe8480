use ml_core::{Error, Ident, Result};

use crate::reference::Lookup;
use crate::roles;
use crate::table::Table;
use crate::{Dimension, Fact};

/// What is there already when a model over facts is made.
#[derive(Debug)]
pub(crate) struct Star<'a> {
    pub(crate) schema: &'a Ident,
    pub(crate) dimensions: &'a [Dimension],
    pub(crate) facts: &'a [Fact],
    pub(crate) tables: &'a [&'a Table],
}

/// A fact of the star, ready to select from.
#[derive(Debug)]
pub(crate) struct Base<'a> {
    pub(crate) fact: &'a Fact,
    pub(crate) lookups: Vec<Lookup<'a>>,
    /// The fact as `fact` and its dimensions by role, to stand behind `FROM`.
    pub(crate) from: String,
}

impl<'a> Star<'a> {
    /// The fact called `name`, which `by` is over.
    pub(crate) fn base(&self, by: &str, name: &str) -> Result<Base<'a>> {
        let fact = self.facts.iter().find(|fact| fact.name() == name);
        let table = self.tables.iter().find(|table| table.name == name);
        let (Some(fact), Some(table)) = (fact, table) else {
            return Err(Error::contract(format!(
                "{by} is over {name:?}, which is no fact of the warehouse"
            )));
        };
        let lookups = fact.lookups(self.dimensions)?;
        let from = roles::joined(&table.quoted(), &lookups, self.tables);
        Ok(Base {
            fact,
            lookups,
            from,
        })
    }

    pub(crate) fn table(&self, name: &str) -> Option<&'a Table> {
        self.tables.iter().copied().find(|table| table.name == name)
    }
}

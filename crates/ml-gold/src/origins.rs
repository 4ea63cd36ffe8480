//! From a row of a model down to the rows it is made of.

use ml_core::{Computed, Dataset, Error, Made, Origin, Result, Type};

use crate::column::{Column, ROW_ID, typed};
use crate::derived::Derived;
use crate::live::live;
use crate::quote::quoted;
use crate::reads::names;
use crate::reference::Lookup;
use crate::roles;
use crate::table::Table;
use crate::{Aggregate, Dimension, Fact, StateSnapshot};

/// What is needed to say what models are made of.
pub(crate) struct Origins<'a> {
    pub(crate) dimensions: &'a [Dimension],
    /// Those that are rows of silver.
    pub(crate) facts: &'a [Fact],
    /// All that aggregates can be over.
    pub(crate) visible: &'a [Fact],
    pub(crate) tables: &'a [&'a Table],
}

impl Origins<'_> {
    /// Those of every model, each after those that it is made of; aggregates with their tables.
    pub(crate) fn of<'t>(
        &self,
        derived: &Derived,
        aggregates: impl Iterator<Item = (&'t Aggregate, &'t Table)>,
    ) -> Result<Vec<Origin>> {
        let mut origins = Vec::new();
        // A day is made of nothing.
        let members = self.dimensions.iter().filter(|d| !d.is_calendar());
        for dimension in members {
            origins.push(self.dimension(dimension)?);
        }
        for fact in self.facts {
            let identity = Column::new(ROW_ID, Type::Int8, quoted(ROW_ID));
            let table = self.table(fact.name())?;
            origins.push(rows_of(table, fact.source(), &[is(&identity, 1)]));
        }
        let states = derived.states.iter().map(StateSnapshot::rows);
        for fact in derived.accumulating.iter().chain(states) {
            let table = self.table(fact.name())?;
            origins.push(rows_of(table, fact.source(), &all(fact.processes())));
        }
        for snapshot in &derived.snapshots {
            let table = self.table(snapshot.name())?;
            let keys = table.columns.iter().take(table.key.len());
            let mut conditions = all(&keys.cloned().collect::<Vec<_>>());
            let period = conditions[0].replacen(" = $1", &format!(" {} $1", snapshot.reach()), 1);
            conditions[0] = period;
            origins.push(self.over(table, snapshot.over(), conditions)?);
        }
        for segment in &derived.segments {
            let mut conditions = all(segment.entities());
            conditions.extend(segment.condition().map(|only| format!("({only})")));
            let table = self.table(segment.name())?;
            origins.push(self.over(table, segment.over(), conditions)?);
        }
        for (aggregate, table) in aggregates {
            origins.push(self.over(table, aggregate.over(), all(aggregate.groups()))?);
        }
        Ok(origins)
    }

    /// A span is made of what was observed in it.
    fn dimension(&self, dimension: &Dimension) -> Result<Origin> {
        let table = self.table(dimension.name())?;
        let keys = dimension.keys();
        let mut conditions = all(&keys);
        if let Some(history) = dimension.history() {
            let at = Column::new("", Type::Timestamp, &*history.effective).value();
            let from = format!("${}::text::timestamp", keys.len() + 1);
            let same = keys.iter().enumerate().map(|(n, key)| {
                let name = format!("held.{}", key.quoted());
                is(&Column::new("", key.ty, name), n + 1)
            });
            conditions.push(format!("{at} >= {from}"));
            conditions.push(format!(
                "{at} < (SELECT held.\"valid_to\" FROM {} AS held WHERE {} AND held.\"valid_from\" = {from})",
                table.quoted(),
                same.collect::<Vec<_>>().join(" AND ")
            ));
        }
        Ok(rows_of(table, dimension.source(), &conditions))
    }

    /// A model over a fact, made of those that meet the conditions.
    fn over(&self, table: &Table, fact: &str, conditions: Vec<String>) -> Result<Origin> {
        let base = self.table(fact)?;
        let declared = self.visible.iter().find(|visible| visible.name() == fact);
        let lookups = match declared {
            Some(fact) => fact.lookups(self.dimensions)?,
            None => Vec::new(),
        };
        let key = base
            .key
            .iter()
            .map(|key| format!("fact.{}::text", quoted(key)));
        let rows = format!(
            "SELECT {}\nFROM {}\nWHERE {}\nORDER BY {}",
            key.collect::<Vec<_>>().join(", "),
            roles::joined(&base.quoted(), &lookups, self.tables),
            conditions.join(" AND "),
            ordered(base, "fact")
        );
        let roles: Vec<&str> = lookups.iter().map(Lookup::role).chain(["fact"]).collect();
        Ok(origin(table, Made::OfModel(fact.to_owned()), rows, &roles))
    }

    fn table(&self, name: &str) -> Result<&Table> {
        let found = self.tables.iter().find(|table| table.name == name);
        found
            .copied()
            .ok_or_else(|| Error::contract(format!("{name:?} is no table of the warehouse")))
    }
}

/// A model over rows of silver, made of those that meet the conditions.
fn rows_of(table: &Table, source: &Dataset, conditions: &[String]) -> Origin {
    let rows = format!(
        "SELECT \"_row_id\"::text\nFROM {} AS source\nWHERE {}\nORDER BY \"_row_id\"",
        live(source),
        conditions.join(" AND ")
    );
    origin(table, Made::OfDataset(source.clone()), rows, &["source"])
}

fn origin(table: &Table, of: Made, rows: String, relations: &[&str]) -> Origin {
    let columns = table.columns.iter().map(|column| Computed {
        name: column.name.clone(),
        from: names(&column.expr, relations),
    });
    // A column called like the row would stand for it.
    let key = table.key.iter().enumerate().filter_map(|(n, name)| {
        let column = table.columns.iter().find(|column| column.name == *name)?;
        let held = format!("\"_held\".{}", quoted(name));
        Some(is(&Column::new("", column.ty, held), n + 1))
    });
    let row = format!(
        "SELECT cell.key, cell.value\nFROM {} AS \"_held\"\nCROSS JOIN LATERAL jsonb_each_text(to_jsonb(\"_held\")) AS cell\nWHERE {}",
        table.quoted(),
        key.collect::<Vec<_>>().join(" AND ")
    );
    Origin {
        row,
        model: table.name.clone(),
        key: table.key.clone(),
        columns: columns.collect(),
        of,
        rows,
    }
}

/// Whether each column is what the parameter of its place says.
fn all(columns: &[Column]) -> Vec<String> {
    let numbered = columns.iter().enumerate();
    numbered.map(|(n, column)| is(column, n + 1)).collect()
}

fn is(column: &Column, parameter: usize) -> String {
    format!(
        "{} = ${parameter}::text::{}",
        column.value(),
        typed(column.ty)
    )
}

fn ordered(table: &Table, alias: &str) -> String {
    let names = table.key.iter();
    let names = names.map(|name| format!("{alias}.{}", quoted(name)));
    names.collect::<Vec<_>>().join(", ")
}

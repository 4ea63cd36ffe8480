use crate::quote::quoted;
use crate::reference::Lookup;
use crate::table::Table;

/// A fact as `fact`, and each of its dimensions by its role, ready to stand behind `FROM`.
///
/// Left joins on real foreign keys lose nothing, and the planner leaves out those that no expression needs.
pub(crate) fn joined(fact: &str, lookups: &[Lookup<'_>], tables: &[&Table]) -> String {
    let joins = lookups.iter().filter_map(|lookup| {
        let table = tables.iter().find(|t| t.name == lookup.dimension.name())?;
        let (role, column) = (quoted(lookup.role()), quoted(&lookup.column));
        Some(format!(
            "\n    LEFT JOIN {} AS {role} ON {role}.{} = fact.{column}",
            table.quoted(),
            quoted(&lookup.dimension.surrogate())
        ))
    });
    format!("{fact} AS fact{}", joins.collect::<String>())
}

use ml_core::{Result, Type};

use crate::Dimension;
use crate::column::Column;
use crate::live::live;
use crate::quote::list;

/// Which source row a dimension takes its attributes from.
impl Dimension {
    /// CTEs of which the last, called `name`, has one row per natural key with `attributes` of the latest source row.
    ///
    /// Rows that differ in one rank only are grouped before the sort: a million rows of 4,000 products take 0.2 s
    /// instead of 0.9 s, and 1.8 s with `DISTINCT`.
    pub(crate) fn latest_of(
        &self,
        attributes: &[Column],
        name: &str,
        otherwise: &[Column],
    ) -> Result<String> {
        let keys = self.keys();
        let ranks = match self.ranks() {
            [] => otherwise,
            own => own,
        };
        let columns: Vec<&Column> = keys.iter().chain(attributes).collect();
        let order = ranks.iter().chain(attributes);
        let order = order.map(|column| format!(", {} DESC NULLS LAST", column.quoted()));
        Ok(format!(
            "distinct_{name} AS (
{grouped}
),
{name} AS (
    SELECT DISTINCT ON ({names}) {columns}
    FROM distinct_{name}
    WHERE {known}
    ORDER BY {names}{order}
)",
            grouped = self.grouped(&columns, ranks),
            names = list(keys.iter().map(|key| &*key.name)),
            columns = list(columns.iter().map(|column| &*column.name)),
            known = self.is_known()?,
            order = order.collect::<String>(),
        ))
    }

    /// The greatest of the last rank that has one, for each combination of the rest; booleans have no `max`.
    fn grouped(&self, columns: &[&Column], ranks: &[Column]) -> String {
        let last = ranks.iter().rev().find(|rank| rank.ty != Type::Bool);
        let rest = ranks.iter().filter(|rank| Some(*rank) != last);
        let rest: Vec<&Column> = columns.iter().copied().chain(rest).collect();
        let greatest = last.map(|rank| format!("max({}) AS {}", rank.value(), rank.quoted()));
        let selected = rest.iter().map(|column| column.selected()).chain(greatest);
        let values = rest.iter().map(|column| column.value());
        format!(
            "    SELECT
        {}
    FROM {} AS source
    GROUP BY
        {}",
            selected.collect::<Vec<_>>().join(",\n        "),
            live(self.source()),
            values.collect::<Vec<_>>().join(",\n        ")
        )
    }

    /// Whether a source row has a natural key of its own.
    pub(crate) fn is_known(&self) -> Result<String> {
        let keys = self.keys();
        let present = keys
            .iter()
            .map(|key| format!("{} IS NOT NULL", key.quoted()));
        let unknown: Result<Vec<&str>> = keys.iter().map(|k| k.unknown(self.name())).collect();
        let other = format!(
            "ROW({}) <> ROW({})",
            list(keys.iter().map(|key| &*key.name)),
            unknown?.join(", ")
        );
        Ok(present.chain([other]).collect::<Vec<_>>().join(" AND "))
    }
}

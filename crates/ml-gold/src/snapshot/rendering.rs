use ml_core::Audit;

use super::{Moved, Snapshot};
use crate::column::Column;
use crate::period::is_known;
use crate::quote::{list, literal, quoted};
use crate::reconcile;
use crate::star::Base;
use crate::table::Table;

/// The SQL of a snapshot.
impl Snapshot {
    /// What moved, then every period of every entity.
    pub(super) fn fresh(&self, base: &Base<'_>, table: &Table, measures: &[Column]) -> String {
        let moved: Vec<String> = table.columns.iter().map(Column::selected).collect();
        let groups: Vec<String> = (1..=table.key.len()).map(|n| n.to_string()).collect();
        let entity: Vec<&str> = table.key[1..].iter().map(String::as_str).collect();
        let held = |name: &&str| format!("entities.{}", quoted(name));
        let held: Vec<String> = entity.iter().map(held).collect();
        let same = entity.iter().map(|name| {
            let name = quoted(name);
            format!("moved.{name} = entities.{name}")
        });
        let window = format!(
            "OVER (PARTITION BY {} ORDER BY periods.\"period\")",
            held.join(", ")
        );
        let said = measures.iter().zip(&self.measures).map(|(column, moved)| {
            let name = column.quoted();
            let value = match moved {
                Moved::Balance { .. } => format!("sum(moved.{name}) {window}"),
                _ => format!("moved.{name}"),
            };
            let filled = Column::new(&*column.name, column.ty, format!("coalesce({value}, 0)"));
            filled.selected()
        });
        let selected = [String::from("periods.\"period\"")];
        let selected = selected.into_iter().chain(held.iter().cloned()).chain(said);
        format!(
            "WITH moved AS (
    SELECT
        {moved}
    FROM {from}
    WHERE {known}
    GROUP BY {groups}
),
periods AS (
    SELECT generate_series(min(\"period\")::timestamp, max(\"period\")::timestamp, INTERVAL '{step}')::date AS \"period\"
    FROM moved
),
entities AS (
    SELECT {entity}, min(\"period\") AS \"_first\"
    FROM moved
    GROUP BY {entity}
),
fresh AS (
    SELECT
        {selected}
    FROM entities
    JOIN periods ON periods.\"period\" >= entities.\"_first\"
    LEFT JOIN moved ON moved.\"period\" = periods.\"period\" AND {same}
)",
            moved = moved.join(",\n        "),
            from = base.from,
            known = is_known(&self.day),
            groups = groups.join(", "),
            step = self.period.step(),
            entity = list(entity.iter().copied()),
            selected = selected.collect::<Vec<_>>().join(",\n        "),
            same = same.collect::<Vec<_>>().join(" AND "),
        )
    }

    /// Flows come to what the fact has; so do the balances of the last period.
    pub(super) fn checks(&self, base: &Base<'_>, table: &Table, fresh: &str) -> Vec<Audit> {
        let relation = table.quoted();
        let each = self.measures.iter().enumerate();
        let columns = each.clone().map(|(n, moved)| match moved.of() {
            Some(of) => format!("fact.{} AS measure_{n}", quoted(of)),
            None => format!("1 AS measure_{n}"),
        });
        let source = format!(
            "(SELECT {} FROM {} WHERE {})",
            columns.collect::<Vec<_>>().join(", "),
            base.from,
            is_known(&self.day)
        );
        let sums = each.map(|(n, moved)| {
            let name = quoted(moved.name());
            let last =
                format!(" FILTER (WHERE \"period\" = (SELECT max(\"period\") FROM {relation}))");
            let found = match moved {
                Moved::Balance { .. } => format!("sum({name}){last}"),
                _ => format!("sum({name})"),
            };
            reconcile::Sum {
                name: moved.name().to_owned(),
                expected: format!("sum(measure_{n})"),
                found,
            }
        });
        let sums: Vec<reconcile::Sum> = sums.collect();
        let undated = format!(
            "SELECT {} AS \"day\"\nFROM {}\nWHERE ({}) IS NOT TRUE",
            literal("unknown"),
            base.from,
            is_known(&self.day)
        );
        let undated = Audit::new(format!("{}.period.known", self.name), undated).warn();
        let names: Vec<&str> = self.measures.iter().map(|moved| moved.name()).collect();
        let reconciles = (!sums.is_empty()).then(|| {
            let differing = reconcile::all(fresh, table, &names, None);
            reconcile::audit(&self.name, &source, &relation, sums, &differing)
        });
        reconciles.into_iter().chain([undated]).collect()
    }
}

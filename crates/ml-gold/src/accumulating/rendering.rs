use ml_core::{Audit, Type};

use super::{Accumulating, at, days};
use crate::column::Column;
use crate::live::live;
use crate::quote::{list, quoted};
use crate::reconcile;
use crate::reference::Lookup;
use crate::table::Table;

/// The SQL of an accumulating fact.
impl Accumulating {
    /// One row per process first, then the dimensions join.
    pub(super) fn fresh(&self, lookups: &[Lookup<'_>], tables: &[&Table]) -> String {
        let at = self.at.iter();
        let at = at.map(|at| Column::new("_at", Type::Timestamp, &**at).selected());
        let own: Vec<String> = self
            .process
            .iter()
            .map(Column::selected)
            .chain(at)
            .collect();
        let sought = lookups.iter().enumerate().flat_map(|(n, l)| l.values(n));
        let columns = self.fact.columns.iter();
        let source = own
            .into_iter()
            .chain(sought)
            .chain(columns.map(Column::selected));
        let process: Vec<String> = self.process.iter().map(Column::value).collect();
        let known = process.iter().map(|expr| format!("{expr} IS NOT NULL"));
        let found = lookups.iter().enumerate().map(|(n, l)| l.found(n));
        let kept = self.process.iter().chain(&self.fact.columns);
        let kept = kept.map(|column| format!("source.{}", column.quoted()));
        let lags = self.lags.iter().map(|(from, to)| lag(from, to));
        let joins = lookups.iter().zip(tables).enumerate();
        let joins = joins.map(|(n, (lookup, table))| format!("\n    {}", lookup.join(n, table)));
        format!(
            "WITH source AS (
    SELECT
        {}
    FROM {} AS source
    WHERE {}
    GROUP BY {}
),
fresh AS (
    SELECT
        {}
    FROM source{}
)",
            source.collect::<Vec<_>>().join(",\n        "),
            live(self.source()),
            known.collect::<Vec<_>>().join(" AND "),
            process.join(", "),
            kept.chain(found)
                .chain(lags)
                .collect::<Vec<_>>()
                .join(",\n        "),
            joins.collect::<String>()
        )
    }

    pub(super) fn checks(
        &self,
        table: &Table,
        (lookups, tables): (&[Lookup<'_>], &[&Table]),
        fresh: &str,
    ) -> Vec<Audit> {
        let name = self.name();
        let process: Vec<String> = self.process.iter().map(Column::value).collect();
        let known = process.iter().map(|expr| format!("{expr} IS NOT NULL"));
        let known = known.collect::<Vec<_>>().join(" AND ");
        let each: Vec<&Column> = self.fact.measures().collect();
        let measures = each.iter().map(|measure| measure.selected());
        let source = format!(
            "(SELECT {} FROM {} AS source WHERE {known} GROUP BY {})",
            [String::from("true AS \"_process\"")]
                .into_iter()
                .chain(measures)
                .collect::<Vec<_>>()
                .join(", "),
            live(self.source()),
            process.join(", ")
        );
        let sums = each.iter().map(|measure| reconcile::Sum {
            name: measure.name.clone(),
            expected: format!("sum({})", measure.quoted()),
            found: format!("sum({})", measure.quoted()),
        });
        let sums = [reconcile::Sum::rows()].into_iter().chain(sums);
        let names: Vec<&str> = each.iter().map(|measure| &*measure.name).collect();
        let differing = reconcile::all(fresh, table, &names, None);
        let reconciles = reconcile::audit(name, &source, &table.quoted(), sums, &differing);
        let strays = format!(
            "SELECT \"_row_id\"\nFROM {} AS source\nWHERE ({known}) IS NOT TRUE",
            live(self.source())
        );
        let strays = Audit::new(format!("{name}.process.known"), strays).warn();
        let keys = list(table.key.iter().map(String::as_str));
        let unknown = lookups
            .iter()
            .filter(|lookup| lookup.expected)
            .map(|lookup| {
                let column = &lookup.column;
                let sql = format!(
                    "SELECT {keys}\nFROM {}\nWHERE {} = -1",
                    table.quoted(),
                    quoted(column)
                );
                Audit::new(format!("{name}.{column}.known"), sql).warn()
            });
        let backwards = self.lags.iter().map(|(from, to)| {
            let days = days(from, to);
            let sql = format!(
                "SELECT {keys}\nFROM {}\nWHERE {} < 0",
                table.quoted(),
                quoted(&days)
            );
            Audit::new(format!("{name}.{days}.forward"), sql).warn()
        });
        let target = table.quoted();
        let kept = lookups.iter().zip(tables);
        let kept = kept.filter_map(|(lookup, dimension)| lookup.keeper(name, &target, dimension));
        [reconciles, strays]
            .into_iter()
            .chain(kept)
            .chain(unknown)
            .chain(backwards)
            .collect()
    }
}

/// Infinite instants have no distance.
fn lag(from: &str, to: &str) -> String {
    let (start, end) = (quoted(&at(from)), quoted(&at(to)));
    format!(
        "CASE WHEN isfinite(source.{start}) AND isfinite(source.{end}) THEN source.{end}::date - source.{start}::date END AS {}",
        quoted(&days(from, to))
    )
}

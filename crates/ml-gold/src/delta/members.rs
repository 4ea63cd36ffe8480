use ml_core::{Audit, Result, Statement};

use super::{Parts, changed};
use crate::column::Column;
use crate::difference::equal;
use crate::live::{live, over};
use crate::model::Model;
use crate::quote::{list, quoted};
use crate::reference::Lookup;
use crate::renewal::{any_doubt, is_incremental};
use crate::table::Table;
use crate::{Dimension, calendar, history};

/// The members of a dimension whose source rows changed.
pub(super) struct Members<'a> {
    pub(super) dimension: &'a Dimension,
    model: &'a Model,
    memory: Memory<'a>,
    known: String,
}

/// What tells which keys the changed rows had before.
enum Memory<'a> {
    /// They have them still.
    Grain,
    /// A fact over the same source, by its key into the dimension.
    Fact { table: &'a Table, column: String },
}

impl<'a> Members<'a> {
    /// The incremental renewal of a dimension, unless it is renewed in full.
    pub(super) fn of(
        dimension: &'a Dimension,
        model: &'a Model,
        parts: &'a Parts<'a>,
    ) -> Result<Option<Self>> {
        let memory = memory(dimension, parts)?;
        let exprs = dimension.exprs();
        let doubt = any_doubt(exprs.iter().map(String::as_str));
        let doubt = dimension.further_rows().map(String::from).or(doubt);
        let forgets = memory.is_none().then(|| {
            format!(
                "nothing remembers which keys changed rows of {} had: no fact over it refers to the dimension by the same \
                 expressions, and it is not keyed by the grain",
                dimension.source()
            )
        });
        let name = dimension.name();
        let incremental = is_incremental(name, dimension.renewal, doubt.or(forgets))?;
        let known = dimension.is_known()?;
        Ok(memory.filter(|_| incremental).map(|memory| Members {
            dimension,
            model,
            memory,
            known,
        }))
    }

    /// Finds what differs in their rows.
    pub(super) fn differ(&self) -> Vec<Statement> {
        let table = &self.model.table;
        if self.dimension.is_calendar() {
            // So few rows that all are compared; only the first and the last day are looked for in what changed.
            return table.differ(&calendar::fresh(table, &self.days()));
        }
        let touched = self.touched();
        let (keys, names) = (self.dimension.keys(), self.names());
        let rows = format!(
            "(SELECT * FROM {} AS source WHERE ({}) IN (SELECT {names} FROM {touched}))",
            live(self.dimension.source()),
            values(&keys)
        );
        let fresh = over(&self.model.fresh, self.dimension.source(), &rows);
        let held = self.held();
        let mut steps = vec![
            table.statement("touched keys", self.touch()),
            table.statement(
                "statistics of the touched keys",
                format!("ANALYZE {touched}"),
            ),
        ];
        steps.extend(table.differ_from(&fresh, &format!("{held} AS touched")));
        steps
    }

    /// The checks of a history, for the keys that were touched.
    pub(super) fn checks(&self) -> Vec<Audit> {
        if self.dimension.history().is_none() {
            return Vec::new();
        }
        history::checks(self.dimension, &self.held())
    }

    /// The rows of the dimension with a key that was touched.
    fn held(&self) -> String {
        let (names, touched) = (self.names(), self.touched());
        let condition = format!("({names}) IN (SELECT {names} FROM {touched})");
        self.model.table.rows_where(&condition)
    }

    fn touched(&self) -> String {
        self.model.table.beside("keys")
    }

    fn names(&self) -> String {
        list(self.dimension.keys().iter().map(|key| &*key.name))
    }

    fn changed(&self) -> String {
        changed::relation(self.dimension.source())
    }

    /// The keys of the changed rows, those they have and those they had.
    fn touch(&self) -> String {
        let keys = self.dimension.keys();
        let selected = keys.iter().map(Column::selected).collect::<Vec<_>>();
        let (changed, selected) = (self.changed(), selected.join(", "));
        let rows = match &self.memory {
            Memory::Grain => format!("SELECT {selected} FROM {changed} AS source"),
            Memory::Fact { table, column } => format!(
                "SELECT {selected} FROM {changed} AS source WHERE NOT source.\"_deleted\"
    UNION ALL
    SELECT {}
    FROM {} AS changed
    JOIN {} AS fact ON fact.\"_row_id\" = changed.\"_row_id\"
    JOIN {} AS member ON member.{} = fact.{}",
                crate::difference::of("member", keys.iter().map(|key| &*key.name)),
                changed::known(self.dimension.source(), table),
                table.quoted(),
                self.model.table.quoted(),
                quoted(&self.dimension.surrogate()),
                quoted(column)
            ),
        };
        format!(
            "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS
SELECT DISTINCT {}
FROM (
    {rows}
) AS touched
WHERE {}",
            self.touched(),
            self.names(),
            self.known
        )
    }

    /// The first and the last day of the changed rows, and those there are, of which each goes where only changed rows were
    /// on it, and none is there or beyond it any more: then the next one is looked for in all days there are.
    fn days(&self) -> String {
        let Memory::Fact { table, column } = &self.memory else {
            return String::new();
        };
        let (fact, column) = (table.quoted(), quoted(column));
        let key = quoted(&self.dimension.surrogate());
        let day = self.dimension.keys()[0].value();
        let (changed, dimension) = (self.changed(), self.model.table.quoted());
        let known = changed::known(self.dimension.source(), table);
        let source = live(self.dimension.source());
        let valid = "BETWEEN DATE '0001-01-02' AND DATE '9999-12-31'";
        let bound = |order: &str, bound: &str, beyond: &str| {
            format!(
                "(
        SELECT
            CASE
                WHEN (SELECT {bound} FROM came) {beyond} held.\"day\" THEN held.\"day\"
                WHEN NOT EXISTS (SELECT FROM {known} AS changed) THEN held.\"day\"
                WHEN (
                    SELECT count(*)
                    FROM {fact} AS fact
                    WHERE fact.{column} = held.{key} AND NOT EXISTS (
                        SELECT FROM {known} AS changed WHERE changed.\"_row_id\" = fact.\"_row_id\"
                    )
                ) > 0 THEN held.\"day\"
                ELSE (SELECT {bound}({day}) FROM {source} AS source WHERE {day} {valid})
            END
        FROM {dimension} AS held
        WHERE held.{key} <> -1
        ORDER BY held.{key} {order}
        LIMIT 1
    )"
            )
        };
        format!(
            "WITH came AS (
        SELECT min(day), max(day)
        FROM (SELECT {day} AS day FROM {changed} AS source WHERE NOT source.\"_deleted\") AS days
        WHERE day {valid}
    )
    SELECT min AS day FROM came
    UNION ALL
    SELECT max FROM came
    UNION ALL
    {}
    UNION ALL
    {}",
            bound("ASC", "min", "<="),
            bound("DESC", "max", ">=")
        )
    }
}

fn memory<'a>(dimension: &Dimension, parts: &'a Parts<'a>) -> Result<Option<Memory<'a>>> {
    if dimension.is_keyed_by_grain() {
        return Ok(Some(Memory::Grain));
    }
    for (fact, model) in &parts.facts {
        let lookups = fact.lookups(parts.all)?;
        let own = lookups
            .iter()
            .find(|lookup| is_of(lookup, dimension) && lookup.is_own(fact));
        if let Some(lookup) = own {
            let column = lookup.column.clone();
            let table = &model.table;
            return Ok(Some(Memory::Fact { table, column }));
        }
    }
    Ok(None)
}

pub(super) fn is_of(lookup: &Lookup<'_>, dimension: &Dimension) -> bool {
    lookup.dimension.name() == dimension.name()
}

/// The values of columns over the source, in a list.
fn values(columns: &[Column]) -> String {
    columns
        .iter()
        .map(Column::value)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Joins a table's differences to its rows by the natural key alone.
pub(super) fn by_key(dimension: &Dimension, left: &str, right: &str) -> String {
    equal(left, right, dimension.keys().iter().map(|key| &*key.name))
}

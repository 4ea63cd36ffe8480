use ml_core::{Audit, Result, Statement};

use super::members::by_key;
use super::{Parts, changed};
use crate::Fact;
use crate::live::{live, over};
use crate::model::Model;
use crate::months;
use crate::quote::{list, quoted};
use crate::reconcile;
use crate::reference::Lookup;
use crate::renewal::{any_doubt, is_incremental};
use crate::table::Table;

/// The rows of a fact that changed rows and changed members touch.
pub(super) struct Facts<'a> {
    pub(super) fact: &'a Fact,
    model: &'a Model,
    pub(super) lookups: Vec<(Lookup<'a>, &'a Table)>,
}

impl<'a> Facts<'a> {
    /// The incremental renewal of a fact, unless it is renewed in full.
    pub(super) fn of(
        fact: &'a Fact,
        model: &'a Model,
        parts: &'a Parts<'a>,
    ) -> Result<Option<Self>> {
        let lookups = parts.lookups(fact)?;
        let found_by = lookups.iter().flat_map(|(lookup, _)| lookup.exprs());
        let doubt = any_doubt(fact.exprs().chain(found_by));
        let incremental = is_incremental(fact.name(), fact.renewal, doubt)?;
        Ok(incremental.then_some(Facts {
            fact,
            model,
            lookups,
        }))
    }

    pub(super) fn table(&self) -> &'a Table {
        &self.model.table
    }

    /// The changed rows of its source.
    fn changed(&self) -> String {
        changed::relation(self.fact.source())
    }

    /// The rows that are touched without a change of their own, as a temporary table of their identities.
    fn further(&self) -> String {
        self.model.table.beside("ids")
    }

    /// The identities of all rows that are touched, as a relation.
    pub(super) fn ids(&self) -> String {
        format!(
            "(SELECT \"_row_id\" FROM {} UNION ALL SELECT \"_row_id\" FROM {})",
            self.changed(),
            self.further()
        )
    }

    /// The touched rows as they were before the refresh, with the columns of the fact.
    pub(super) fn was(&self) -> String {
        self.model.table.beside("was")
    }

    /// The touched rows as they are to be, as a relation with the columns of the fact.
    pub(super) fn now(&self) -> String {
        let table = &self.model.table;
        format!(
            "(SELECT {} FROM {} WHERE \"_change\" IS DISTINCT FROM 'delete')",
            list(table.names()),
            table.temporary()
        )
    }

    /// Finds the rows that are touched, and what they are, before the dimensions are written.
    pub(super) fn touch(&self) -> Vec<Statement> {
        let none = String::from("SELECT NULL::bigint AS \"_row_id\" WHERE false");
        let moved = self.lookups.iter().enumerate();
        let moved = moved.flat_map(|(n, (lookup, table))| self.moved(n, lookup, table));
        let rows: Vec<String> = [none].into_iter().chain(moved).collect();
        let (further, table) = (self.further(), &self.model.table);
        let sql = format!(
            "CREATE TEMPORARY TABLE {further} ON COMMIT DROP AS
SELECT DISTINCT touched.\"_row_id\"
FROM (
    {}
) AS touched
WHERE NOT EXISTS (SELECT FROM {} AS changed WHERE changed.\"_row_id\" = touched.\"_row_id\")",
            rows.join("\n    UNION ALL\n    "),
            self.changed()
        );
        vec![
            table.statement("touched rows", sql),
            table.statement(
                "statistics of the touched rows",
                format!("ANALYZE {further}"),
            ),
            table.statement("rows as they were", self.remember()),
            table.statement(
                "statistics of the rows as they were",
                format!("ANALYZE {} (\"_row_id\")", self.was()),
            ),
        ]
    }

    fn remember(&self) -> String {
        let (table, name) = (self.model.table.quoted(), self.was());
        let held = |touched: &str| {
            let between = months::between(&self.model.table, "held", touched);
            format!(
                "SELECT held.*\nFROM {touched} AS touched\nJOIN {table} AS held ON held.\"_row_id\" = touched.\"_row_id\"{between}"
            )
        };
        format!(
            "CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS\n{}\nUNION ALL\n{}",
            held(&changed::known(self.fact.source(), &self.model.table)),
            held(&self.further())
        )
    }

    /// Rows whose member went or came.
    fn moved(&self, nth: usize, lookup: &Lookup<'_>, dimension: &Table) -> Vec<String> {
        let is_own = lookup.is_own(self.fact);
        let mut moved = Vec::new();
        // A member of its own rows goes with the last of them and comes with the first.
        if lookup.dimension.history().is_some() || !is_own {
            moved.push(self.left(lookup, dimension));
        }
        if !is_own {
            moved.push(self.found(nth, lookup, dimension));
        }
        moved
    }

    /// Those on a member that goes, or on one with a history in which a span came or went.
    fn left(&self, lookup: &Lookup<'_>, dimension: &Table) -> String {
        let (joined, changes) = match lookup.dimension.history() {
            Some(_) => (
                by_key(lookup.dimension, "member", "diff"),
                "'insert', 'delete'",
            ),
            None => (dimension.matched("member", "diff"), "'delete'"),
        };
        format!(
            "SELECT fact.\"_row_id\"
    FROM {} AS diff
    JOIN {} AS member ON {joined}
    JOIN {} AS fact ON fact.{} = member.{}
    WHERE diff.\"_change\" IN ({changes})",
            dimension.temporary(),
            dimension.quoted(),
            self.model.table.quoted(),
            quoted(&lookup.column),
            quoted(&lookup.dimension.surrogate())
        )
    }

    /// Those on the unknown member, whose key there now is.
    fn found(&self, nth: usize, lookup: &Lookup<'_>, dimension: &Table) -> String {
        let diff = dimension.temporary();
        let keys = lookup.sought(nth);
        let equal = keys
            .iter()
            .map(|(key, sought)| format!("diff.{} = wanted.{}", quoted(key), quoted(sought)));
        format!(
            "SELECT fact.\"_row_id\"
    FROM {} AS fact
    JOIN (SELECT source.\"_row_id\", {} FROM {} AS source) AS wanted ON wanted.\"_row_id\" = fact.\"_row_id\"
    JOIN {diff} AS diff ON {}
    WHERE
        EXISTS (SELECT FROM {diff} AS new WHERE new.\"_change\" = 'insert')
        AND diff.\"_change\" = 'insert' AND fact.{} = -1",
            self.model.table.quoted(),
            lookup.values(nth).join(", "),
            live(self.fact.source()),
            equal.collect::<Vec<_>>().join(" AND "),
            quoted(&lookup.column)
        )
    }

    /// Finds what differs in the touched rows, once the dimensions are written.
    pub(super) fn differ(&self) -> Vec<Statement> {
        let fresh = over(&self.model.fresh, self.fact.source(), &self.rows());
        self.model.table.compare_with(&fresh, &self.was())
    }

    /// The source rows of the touched rows.
    fn rows(&self) -> String {
        format!(
            "(
        SELECT * FROM {} AS changed WHERE NOT changed.\"_deleted\"
        UNION ALL
        SELECT * FROM {} AS unchanged
        WHERE unchanged.\"_row_id\" IN (SELECT touched.\"_row_id\" FROM {} AS touched)
    )",
            self.changed(),
            live(self.fact.source()),
            self.further()
        )
    }

    /// The identities of the touched rows that the source does not have.
    fn gone(&self) -> String {
        format!(
            "(
        SELECT \"_row_id\" FROM {} AS changed WHERE changed.\"_deleted\"
        UNION ALL
        SELECT \"_row_id\" FROM {} AS touched
        WHERE NOT EXISTS (SELECT FROM {} AS unchanged WHERE unchanged.\"_row_id\" = touched.\"_row_id\")
    )",
            self.changed(),
            self.further(),
            live(self.fact.source())
        )
    }

    /// The fact, its touched rows among it.
    fn held(&self) -> String {
        let between = months::between(&self.model.table, "every", &self.ids());
        let condition = format!("true{between}");
        self.model.table.rows_where(&condition)
    }

    /// Row by row, what the touched rows have of the source; and how many of them are on the unknown member.
    pub(super) fn checks(&self) -> Vec<Audit> {
        let differing = reconcile::touched(
            &self.rows(),
            &self.gone(),
            &self.held(),
            self.fact.measures(),
        );
        let reconciles = reconcile::named(self.fact.name(), differing);
        let now = self.now();
        let expected = self.lookups.iter().filter(|(lookup, _)| lookup.expected);
        let known = expected.map(|(lookup, _)| self.fact.known(&now, &lookup.column));
        let kept = self.lookups.iter();
        let kept = kept.filter_map(|(l, of)| l.keeper_of_found(self.fact.name(), &now, of));
        [reconciles].into_iter().chain(known).chain(kept).collect()
    }
}

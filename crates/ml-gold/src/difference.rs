use ml_core::Statement;

use crate::months;
use crate::quote::{list, quoted};
use crate::table::Table;

/// How a table gets from its present state to the new one: only what differs is written.
impl Table {
    /// Computes what differs from `fresh`, a list of CTEs of which the last is named so.
    pub(crate) fn differ(&self, fresh: &str) -> Vec<Statement> {
        self.differ_from(fresh, &self.quoted())
    }

    /// The same for the rows of the table that are `held`, where `fresh` is about no others.
    pub(crate) fn differ_from(&self, fresh: &str, held: &str) -> Vec<Statement> {
        let compared = self.compared("ELSE 'update'", fresh, held);
        let differing = format!("{compared}\nWHERE {}", self.differing());
        self.found("differences", differing)
    }

    /// The same, with the rows that are as they should be beside them: those have no change.
    pub(crate) fn compare_with(&self, fresh: &str, held: &str) -> Vec<Statement> {
        let update = format!("WHEN {} THEN 'update'", self.differing());
        self.found(
            "rows as they are to be",
            self.compared(&update, fresh, held),
        )
    }

    fn found(&self, what: &str, sql: String) -> Vec<Statement> {
        // of all columns they take as long as finding them
        let key = list(self.key.iter().map(String::as_str));
        let statistics = format!("ANALYZE {} ({key})", self.temporary());
        vec![
            self.statement(what, sql),
            self.statement(&format!("statistics of the {what}"), statistics),
        ]
    }

    /// What was found to differ, by key.
    pub(crate) fn differences(&self) -> Statement {
        let key = self.key.iter().map(|key| format!("diff.{}", quoted(key)));
        let sql = format!(
            "SELECT diff.\"_change\" AS change, concat_ws(', ', {}) AS differs\nFROM {} AS diff",
            key.collect::<Vec<_>>().join(", "),
            self.temporary()
        );
        Statement::new(self.name.clone(), sql)
    }

    /// Writes the rows that changed and those that are new, into partitions that are there.
    pub(crate) fn write(&self) -> Vec<Statement> {
        let update = self.update();
        let update = update.map(|sql| self.statement("update", sql));
        let insert = self.statement("insert", self.insert());
        let statistics = self.statement("statistics", self.statistics());
        let months = self.months.iter().map(|months| months.make(self));
        let written = update.into_iter().chain([insert, statistics]);
        months.chain(written).collect()
    }

    /// Deletes the rows that vanished.
    pub(crate) fn delete(&self) -> Statement {
        let sql = format!(
            "DELETE FROM {} AS held\nUSING {} AS diff\nWHERE diff.\"_change\" = 'delete' AND {}{}",
            self.quoted(),
            self.temporary(),
            self.matched("held", "diff"),
            self.between("delete")
        );
        self.statement("delete", sql)
    }

    /// The rows without those that this refresh is about to delete.
    pub(crate) fn remaining(&self, alias: &str, columns: &str) -> String {
        format!(
            "SELECT {columns} FROM {} AS {alias} WHERE NOT EXISTS (
        SELECT FROM {} AS diff WHERE diff.\"_change\" = 'delete' AND {}
    )",
            self.quoted(),
            self.temporary(),
            self.matched(alias, "diff")
        )
    }

    pub(crate) fn temporary(&self) -> String {
        format!("pg_temp.{}", quoted(&self.difference_name()))
    }

    /// Row by row, with the change that it takes; `update` is that of a row which is on both sides.
    fn compared(&self, update: &str, fresh: &str, held: &str) -> String {
        let key = quoted(&self.key[0]);
        let columns: Vec<String> = self.columns.iter().map(|c| self.changed(&c.name)).collect();
        let unknown = self.unknown.as_ref();
        let known = unknown.map(|key| format!(" WHERE {} <> -1", quoted(key)));
        format!(
            "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS
{fresh}
SELECT
    CASE WHEN held.{key} IS NULL THEN 'insert' WHEN fresh.{key} IS NULL THEN 'delete' {update} END AS \"_change\",
    {}
FROM fresh
FULL JOIN (SELECT {} FROM {}{}) AS held
    ON {}",
            self.temporary(),
            columns.join(",\n    "),
            list(self.names()),
            held,
            known.unwrap_or_default(),
            self.matched("held", "fresh"),
        )
    }

    fn differing(&self) -> String {
        format!(
            "ROW({}) IS DISTINCT FROM ROW({})",
            of("fresh", self.names()),
            of("held", self.names())
        )
    }

    fn changed(&self, name: &str) -> String {
        let quoted = quoted(name);
        if self.key.iter().any(|key| key == name) {
            format!("coalesce(fresh.{quoted}, held.{quoted}) AS {quoted}")
        } else {
            format!("fresh.{quoted}")
        }
    }

    /// Nothing to update where the key is all there is.
    fn update(&self) -> Option<String> {
        let values = self.names().into_iter().filter(|n| !self.is_key(n));
        let set: Vec<String> = values
            .map(|name| format!("{0} = diff.{0}", quoted(name)))
            .collect();
        (!set.is_empty()).then(|| {
            format!(
                "UPDATE {} AS held\nSET {}\nFROM {} AS diff\nWHERE diff.\"_change\" = 'update' AND {}{}",
                self.quoted(),
                set.join(", "),
                self.temporary(),
                self.matched("held", "diff"),
                self.between("update")
            )
        })
    }

    /// Where held rows are that change in this way.
    fn between(&self, change: &str) -> String {
        let diff = self.temporary();
        let changed =
            format!("(SELECT * FROM {diff} AS every WHERE every.\"_change\" = '{change}')");
        months::between(self, "held", &changed)
    }

    fn insert(&self) -> String {
        let names = list(self.names());
        format!(
            "INSERT INTO {} ({names})\nSELECT {names}\nFROM {} AS diff\nWHERE diff.\"_change\" = 'insert'\nORDER BY {}",
            self.quoted(),
            self.temporary(),
            list(self.order.iter().map(String::as_str))
        )
    }

    /// Autovacuum cannot see rows before the commit, and what follows joins them; a tenth is its own default. Readers
    /// live by them, too, so that they are from the usual sample.
    fn statistics(&self) -> String {
        crate::quote::block(&format!(
            "DECLARE
    sample text := current_setting('default_statistics_target');
BEGIN
    IF (SELECT count(\"_change\") FROM {}) > (SELECT greatest(reltuples, 0) / 10 FROM pg_class WHERE oid = {}::regclass) THEN
        SET LOCAL default_statistics_target TO DEFAULT;
        ANALYZE {};
        PERFORM set_config('default_statistics_target', sample, true);
    END IF;
END",
            self.temporary(),
            crate::quote::literal(&self.quoted()),
            self.quoted()
        ))
    }

    fn is_key(&self, name: &str) -> bool {
        self.key.iter().any(|key| key == name)
    }

    /// Equality of the keys, which hashes and merges because none is NULL.
    pub(crate) fn matched(&self, left: &str, right: &str) -> String {
        equal(left, right, self.key.iter().map(String::as_str))
    }
}

/// Equality of columns of the same names.
pub(crate) fn equal<'a>(
    left: &str,
    right: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> String {
    let names = names.into_iter().map(quoted);
    let equal = names.map(|name| format!("{left}.{name} = {right}.{name}"));
    equal.collect::<Vec<_>>().join(" AND ")
}

/// Columns of one relation, in a list.
pub(crate) fn of<'a>(alias: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let names = names
        .into_iter()
        .map(|name| format!("{alias}.{}", quoted(name)));
    names.collect::<Vec<_>>().join(", ")
}

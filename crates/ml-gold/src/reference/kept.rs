//! What keeps a fact from referring to a member that is not there.
//!
//! Set aside: members locked all at once (`FOR KEY SHARE`) while the triggers of foreign keys are off
//! (`session_replication_role`) [65,000 facts, three dimensions: 0.12 s against 0.9 s, 2026-11-30]. It keeps the same, but
//! takes a superuser, turns every other trigger of the tables off as well, and the trees still take 0.5 s.

use ml_core::Audit;

use super::{Kept, Lookup};
use crate::quote::{literal, quoted};
use crate::table::Table;

impl Lookup<'_> {
    /// Foreign key and index, added once and after the rows. Without the index, each vanished row of the dimension
    /// would cost a scan of the fact; facts come in the order of their days, so there a BRIN index does.
    pub(crate) fn guard(&self, fact: &Table, dimension: &Table) -> String {
        let (keyed, days) = (
            self.kept == Kept::ByForeignKey,
            self.dimension.is_calendar(),
        );
        let key = keyed.then(|| self.foreign_key_guard(fact, dimension));
        let index = (keyed || days).then(|| self.index_guard(fact));
        key.into_iter().chain(index).collect::<Vec<_>>().join("\n")
    }

    fn foreign_key_guard(&self, fact: &Table, dimension: &Table) -> String {
        format!(
            "    IF NOT EXISTS (
        SELECT FROM pg_constraint AS held
        JOIN pg_attribute AS col ON col.attrelid = held.conrelid AND held.conkey = ARRAY[col.attnum]
        WHERE held.conrelid = {relation}::regclass AND held.contype = 'f' AND col.attname = {name}
    ) THEN
        ALTER TABLE {fact} ADD FOREIGN KEY ({column}) REFERENCES {dimension} ({key});
    END IF;",
            relation = literal(&fact.quoted()),
            name = literal(&self.column),
            fact = fact.quoted(),
            column = quoted(&self.column),
            dimension = dimension.quoted(),
            key = quoted(&self.dimension.surrogate()),
        )
    }

    fn index_guard(&self, fact: &Table) -> String {
        let method = match self.dimension.is_calendar() {
            true => "brin",
            false => "btree",
        };
        format!(
            "    IF NOT EXISTS (
        SELECT FROM pg_index AS held
        JOIN pg_attribute AS col ON col.attrelid = held.indrelid AND held.indkey[0] = col.attnum
        WHERE held.indrelid = {relation}::regclass AND col.attname = {name}
    ) THEN
        CREATE INDEX ON {fact} USING {method} ({column});
    END IF;",
            relation = literal(&fact.quoted()),
            name = literal(&self.column),
            fact = fact.quoted(),
            column = quoted(&self.column),
        )
    }

    /// The check that keeps it where no foreign key does: rows of `relation` that refer to nobody.
    pub(crate) fn keeper(&self, fact: &str, relation: &str, dimension: &Table) -> Option<Audit> {
        let (column, key) = (quoted(&self.column), quoted(&self.dimension.surrogate()));
        let sql = format!(
            "SELECT fact.{column}
FROM {relation} AS fact
WHERE NOT EXISTS (SELECT FROM {} AS member WHERE member.{key} = fact.{column})",
            dimension.quoted()
        );
        let id = format!("{fact}.{}.exists", self.column);
        (self.kept == Kept::ByCheck).then(|| Audit::new(id, sql))
    }

    /// The same of rows for which this refresh has found their members, in the one state that it sees: since then members
    /// can only have gone by its own hand, and where the server counts none that did there is nobody to look for
    /// [60,000 rows, two dimensions: 70 ms].
    pub(crate) fn keeper_of_found(
        &self,
        fact: &str,
        relation: &str,
        dimension: &Table,
    ) -> Option<Audit> {
        let mut audit = self.keeper(fact, relation, dimension)?;
        audit.sql += &format!(
            "\n    AND (SELECT pg_stat_get_xact_tuples_deleted({}::regclass)) > 0",
            literal(&dimension.quoted())
        );
        Some(audit)
    }
}

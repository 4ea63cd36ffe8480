use ml_core::Merge;

use crate::Table;
use crate::table::quoted;

/// The columns of a table as a merge sees them.
pub(super) struct Columns<'a> {
    pub(super) table: &'a Table,
    pub(super) merge: &'a Merge,
}

impl Columns<'_> {
    /// The grain, quoted.
    pub(super) fn grain(&self) -> Vec<String> {
        self.merge.grain.iter().map(|name| quoted(name)).collect()
    }

    /// The columns outside the grain, quoted.
    pub(super) fn payload(&self) -> Vec<String> {
        self.outside(&[])
    }

    /// What changes from span to span, quoted: neither when that is nor whether the thing is gone.
    pub(super) fn tracked(&self) -> Vec<String> {
        let also = self.merge.versions().into_iter();
        let also: Vec<&str> = also.chain(self.merge.deleted.as_deref()).collect();
        self.outside(&also)
    }

    fn outside(&self, also: &[&str]) -> Vec<String> {
        let columns = self.table.contract.columns.iter();
        let outside = columns.filter(|column| {
            self.merge.grain.iter().all(|name| *name != column.name)
                && !also.contains(&&*column.name)
        });
        outside.map(|column| quoted(&column.name)).collect()
    }

    /// Whether a record says that the thing is gone.
    pub(super) fn gone(&self) -> String {
        match &self.merge.deleted {
            Some(name) => format!("coalesce({}, false)", quoted(name)),
            None => String::from("false"),
        }
    }

    /// Whether two rows are of one thing. `IS NOT DISTINCT FROM` cannot be hashed, so it is used only where a NULL can
    /// be, and beside something that can.
    pub(super) fn same(&self, one: &str, other: &str) -> String {
        let grain = self.grain();
        let nullable = |name: &String| {
            let columns = &self.table.contract.columns;
            let column = columns.iter().find(|column| column.name == *name);
            column.is_some_and(|column| column.nullable)
        };
        let same = self.merge.grain.iter().zip(&grain).map(|(name, quoted)| {
            let by = if nullable(name) {
                "IS NOT DISTINCT FROM"
            } else {
                "="
            };
            format!("{one}.{quoted} {by} {other}.{quoted}")
        });
        let hash = |of: &str| format!("hash_record_extended({}, 0)", Columns::row(&grain, of));
        let hashed = self.merge.grain.iter().all(nullable);
        let hashed = hashed.then(|| format!("{} = {}", hash(one), hash(other)));
        hashed
            .into_iter()
            .chain(same)
            .collect::<Vec<_>>()
            .join(" AND ")
    }

    /// The whole row as text: what is greater is so on every server.
    pub(super) fn content(&self, of: &str) -> String {
        let row = Columns::row(&self.table.names(), of);
        format!("{row}::text COLLATE \"C\"")
    }

    /// Columns of a relation as one value.
    pub(super) fn row(names: &[String], of: &str) -> String {
        format!("ROW({})", Columns::list(names, of))
    }

    /// Columns of a relation.
    pub(super) fn list(names: &[String], of: &str) -> String {
        let names: Vec<String> = names.iter().map(|name| format!("{of}.{name}")).collect();
        names.join(", ")
    }
}

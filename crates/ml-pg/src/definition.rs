//! The SQL that creates a table.

use ml_core::{ColumnDef, Merge, Result, Type};

use crate::Table;
use crate::keeping::Keeping;
use crate::table::{Shape, quoted};

impl Table {
    /// What creates the table, and its schema where that is missing.
    pub(crate) fn create(&self) -> Result<String> {
        self.check()?;
        let own = self.contract.columns.iter().map(column);
        let further = self.further();
        let further = further.iter().map(own_column);
        let mut lines: Vec<String> = own.chain(further).collect();
        lines.extend(self.keeping.key().map(|key| {
            let key = list(key.iter());
            format!("UNIQUE NULLS NOT DISTINCT ({key})")
        }));
        if let Keeping::History(merge) = &self.keeping {
            lines.extend(self.span(merge)?);
        }
        let (schema, table) = (self.dataset().schema(), self.dataset().quoted());
        let mut create = format!(
            "CREATE SCHEMA IF NOT EXISTS {schema};\nCREATE TABLE {table} (\n    {}\n)",
            lines.join(",\n    ")
        );
        if matches!(self.keeping, Keeping::Landing | Keeping::Appended) {
            // 256 KiB a range: 100 million rows have an index of 1 MB
            create += &format!(
                ";\nCREATE INDEX ON {table} USING brin (\"_load_id\") WITH (pages_per_range = 32)"
            );
        }
        if !matches!(self.keeping, Keeping::Landing) {
            // who follows its changes finds them, and the rows that hang on others, by it; as small as the one above
            create += &format!(
                ";\nCREATE INDEX ON {table} USING brin (\"_changed_load\" int8_minmax_multi_ops, \"_row_id\" int8_minmax_multi_ops) WITH (pages_per_range = 32)"
            );
        }
        if let (Keeping::History(merge), Some(versions)) = (&self.keeping, self.versions()?) {
            create += &format!(";\n{}", versions.version_key(merge));
        }
        Ok(create)
    }

    /// What finds the versions of a thing in the table beside its history.
    fn version_key(&self, merge: &Merge) -> String {
        let lineage = ["_load_id", "_record_no"].map(String::from);
        let version = merge.versions().map(String::from);
        let key = list(merge.grain.iter().chain(&version).chain(&lineage));
        let table = self.dataset().quoted();
        format!("CREATE UNIQUE INDEX ON {table} ({key}) NULLS NOT DISTINCT")
    }

    /// What a span must be, by itself and beside others of the same thing.
    ///
    /// A GiST index cannot compare scalars without an extension, and its equality lets NULLs pass. So a thing is a
    /// point, two hashes of its grain, of which 53 bits each are kept: NULLs, and equal numbers written in two ways, have
    /// equal ones. Two of 100 million things are on one point with a chance of 1 to 10^16; the server would then refuse
    /// the load.
    fn span(&self, merge: &Merge) -> Result<[String; 2]> {
        let range = match merge.instant(&self.contract)?.ty {
            Type::Date => "daterange",
            Type::Timestamp => "tsrange",
            _ => "tstzrange",
        };
        let grain = list(merge.grain.iter());
        let hash = |seed: u8| format!("hash_record_extended(ROW({grain}), {seed})");
        let (x, y) = (hash(0), hash(1));
        Ok([
            String::from("CHECK (\"valid_from\" < \"valid_to\")"),
            format!(
                "EXCLUDE USING gist (point({x}, {y}) WITH ~=, {range}(\"valid_from\", \"valid_to\") WITH &&) \
                 WHERE (NOT \"_deleted\") DEFERRABLE INITIALLY DEFERRED"
            ),
        ])
    }
}

/// Text compares by bytes: the same order, and the same winners, on every server.
fn column(column: &ColumnDef) -> String {
    let collation = if column.ty == Type::Text {
        " COLLATE \"C\""
    } else {
        ""
    };
    let null = if column.nullable { "" } else { " NOT NULL" };
    format!("{} {}{collation}{null}", quoted(&column.name), column.ty)
}

fn own_column(shape: &Shape) -> String {
    let Shape { name, ty, not_null } = shape;
    let name = quoted(name);
    let null = if *not_null { " NOT NULL" } else { "" };
    let value = match shape.name.as_str() {
        "_row_id" => " GENERATED ALWAYS AS IDENTITY",
        "_deleted" => " DEFAULT false",
        _ => "",
    };
    format!("{name} {ty}{null}{value}")
}

fn list<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names
        .map(|name| quoted(name))
        .collect::<Vec<_>>()
        .join(", ")
}

use ml_core::{ColumnDef, Contract, Dataset, Ident, Merge, Type};

/// A data table: what a contract promises, and the lineage of every row.
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) contract: Contract,
    pub(crate) merge: Option<Merge>,
}

/// One column as it is to be in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) name: String,
    pub(crate) ty: String,
    pub(crate) not_null: bool,
}

impl Table {
    /// A table that takes records as they come, without a constraint.
    ///
    /// (`_load_id`, `_record_no`) is unique by the way it comes about: the ledger counts the loads, a feed its records,
    /// and a load is there whole or not at all. A key that says so again costs more than all checks of a load
    /// together; what finds the rows of a load is a BRIN index on `_load_id`. A table with the key serves as well.
    pub fn landing(contract: Contract) -> Self {
        Table {
            contract,
            merge: None,
        }
    }

    /// A table that holds each thing once.
    pub fn merged(contract: Contract, merge: Merge) -> Self {
        Table {
            contract,
            merge: Some(merge),
        }
    }

    /// The relation.
    pub fn dataset(&self) -> &Dataset {
        &self.contract.dataset
    }

    /// The columns that records bring, quoted, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.contract
            .columns
            .iter()
            .map(|column| quoted(&column.name))
            .collect()
    }

    /// The statement a load streams its rows into.
    pub(crate) fn copy_into(&self, relation: &str) -> String {
        let names = self.names().join(", ");
        format!("COPY {relation} (\"_load_id\", \"_record_no\", {names}) FROM STDIN BINARY")
    }

    /// Every column of the table.
    pub(crate) fn shapes(&self) -> Vec<Shape> {
        let lineage = |name: &str| Shape {
            name: name.to_owned(),
            ty: Type::Int8.sql().to_owned(),
            not_null: true,
        };
        let own = self.contract.columns.iter().map(|column| Shape {
            name: column.name.to_string(),
            ty: column.ty.sql().to_owned(),
            not_null: !column.nullable,
        });
        let mut shapes: Vec<Shape> = own.collect();
        shapes.extend([lineage("_load_id"), lineage("_record_no")]);
        if self.merge.is_some() {
            shapes.extend([lineage("_changed_load"), lineage("_row_id")]);
        }
        shapes
    }

    /// What creates the table, and its schema where that is missing.
    pub(crate) fn create(&self) -> String {
        let mut lines: Vec<String> = self.contract.columns.iter().map(definition).collect();
        lines.push(String::from("    \"_load_id\" bigint NOT NULL"));
        lines.push(String::from("    \"_record_no\" bigint NOT NULL"));
        match &self.merge {
            None => {}
            Some(merge) => {
                lines.push(String::from("    \"_changed_load\" bigint NOT NULL"));
                lines.push(String::from(
                    "    \"_row_id\" bigint NOT NULL GENERATED ALWAYS AS IDENTITY",
                ));
                let grain: Vec<String> = merge.grain.iter().map(|name| quoted(name)).collect();
                lines.push(format!(
                    "    UNIQUE NULLS NOT DISTINCT ({})",
                    grain.join(", ")
                ));
            }
        }
        let (schema, table) = (self.dataset().schema(), self.dataset().quoted());
        let mut create = format!(
            "CREATE SCHEMA IF NOT EXISTS {schema};\nCREATE TABLE {table} (\n{}\n)",
            lines.join(",\n")
        );
        if self.merge.is_none() {
            // 256 KiB a range: 100 million rows have an index of 1 MB
            create += &format!(
                ";\nCREATE INDEX ON {table} USING brin (\"_load_id\") WITH (pages_per_range = 32)"
            );
        }
        create
    }
}

/// Text compares by bytes: the same order, and the same winners, on every server.
fn definition(column: &ColumnDef) -> String {
    let collation = if column.ty == Type::Text {
        " COLLATE \"C\""
    } else {
        ""
    };
    let null = if column.nullable { "" } else { " NOT NULL" };
    format!(
        "    {} {}{collation}{null}",
        quoted(&column.name),
        column.ty
    )
}

/// A contract's names were checked when it was made; one made by hand is checked by the server.
pub(crate) fn quoted(name: &str) -> String {
    Ident::new(name).map_or_else(|_| String::from("\"\""), |name| name.to_string())
}

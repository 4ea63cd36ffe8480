use std::collections::BTreeSet;

use ml_core::{Error, Ident, Result, Statement};

use crate::column::{Column, Null, typed};
use crate::months::Months;
use crate::quote::{block, list, literal, quoted, remark};

/// A table of the warehouse: what it is made of, and by which key its new state is compared with the present one.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) schema: Ident,
    pub(crate) name: String,
    /// The key that the table gives out itself.
    pub(crate) surrogate: Option<String>,
    pub(crate) columns: Vec<Column>,
    /// NOT NULL columns that tell its rows apart.
    pub(crate) key: Vec<String>,
    /// Generated columns and constraints.
    pub(crate) clauses: Vec<String>,
    /// The column that is -1 in the unknown member.
    pub(crate) unknown: Option<String>,
    /// The order in which new rows are put on disk.
    pub(crate) order: Vec<String>,
    /// Its partitions, if it has some.
    pub(crate) months: Option<Months>,
}

impl Table {
    /// The table, when all names in it can be names and differ.
    pub(crate) fn checked(self) -> Result<Self> {
        Ident::new(self.name.as_str())?;
        Ident::new(self.difference_name())?;
        if self.key.is_empty() {
            return Err(Error::contract(format!("{} needs a key", self.name)));
        }
        let mut names: BTreeSet<&str> = self.surrogate.iter().map(String::as_str).collect();
        for column in &self.columns {
            column.check(&self.name)?;
            if !names.insert(&column.name) {
                return Err(Error::contract(format!(
                    "{} has two columns {:?}",
                    self.name, column.name
                )));
            }
        }
        if let Some(surrogate) = &self.surrogate {
            Ident::new(surrogate.as_str())?;
        }
        Ok(self)
    }

    pub(crate) fn quoted(&self) -> String {
        format!("{}.{}", self.schema, quoted(&self.name))
    }

    pub(crate) fn difference_name(&self) -> String {
        format!("{}_diff", self.name)
    }

    /// A temporary table of a refresh, of a suffix no longer than that of the differences.
    pub(crate) fn beside(&self, suffix: &str) -> String {
        format!("pg_temp.{}", quoted(&format!("{}_{suffix}", self.name)))
    }

    /// Its rows that a condition is true of, as a relation without a name.
    pub(crate) fn rows_where(&self, condition: &str) -> String {
        format!(
            "(SELECT * FROM {} AS every WHERE {condition})",
            self.quoted()
        )
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|column| &*column.name).collect()
    }

    /// A step on this table.
    pub(crate) fn statement(&self, what: &str, sql: impl Into<String>) -> Statement {
        Statement::new(format!("{}: {what}", self.name), sql)
    }

    /// What creates it, or brings an older one up to the model.
    pub(crate) fn install(&self) -> Vec<Statement> {
        vec![
            self.statement("table", self.create()),
            self.statement("columns", self.adopt()),
        ]
    }

    fn create(&self) -> String {
        let surrogate = self.surrogate.iter().map(|name| {
            let name = quoted(name);
            format!("{name} bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY")
        });
        let columns = self.columns.iter().map(Column::definition);
        let lines: Vec<String> = surrogate
            .chain(columns)
            .chain(self.clauses.iter().cloned())
            .collect();
        format!(
            "-- Grain: one row per {}.\nCREATE TABLE IF NOT EXISTS {} (\n    {}\n){}",
            remark(&self.key.join(", ")),
            self.quoted(),
            lines.join(",\n    "),
            self.months.as_ref().map(Months::clause).unwrap_or_default()
        )
    }

    /// A column added to the model is added to the table, and becomes NOT NULL after it was filled. One taken out of
    /// the model is refused, since nobody would keep its values true.
    fn adopt(&self) -> String {
        let model: Vec<String> = self.columns.iter().map(|c| self.wanted(c)).collect();
        let names: Vec<String> = self.names().into_iter().map(literal).collect();
        block(&format!(
            "DECLARE
    wanted record;
    stray text;
BEGIN
    FOR wanted IN
        SELECT model.*, format_type(live.atttypid, live.atttypmod) AS found
        FROM (
            VALUES
            {}
        ) AS model (name, type, definition, is_key)
        LEFT JOIN pg_attribute AS live
            ON live.attrelid = {table}::regclass AND live.attname = model.name AND NOT live.attisdropped
    LOOP
        IF wanted.found IS NULL AND NOT wanted.is_key THEN
            EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', {table}, wanted.name, wanted.definition);
        ELSIF wanted.found IS DISTINCT FROM wanted.type THEN
            RAISE EXCEPTION '% has column % as %, the model as %: change the table by hand',
                {table}, wanted.name, coalesce(wanted.found, 'missing'), wanted.type;
        END IF;
    END LOOP;
    SELECT string_agg(attname, ', ') INTO stray
    FROM pg_attribute
    WHERE attrelid = {table}::regclass AND attnum > 0 AND NOT attisdropped
        AND attidentity = '' AND attgenerated = '' AND attname <> ALL (ARRAY[{names}]);
    IF stray IS NOT NULL THEN
        RAISE EXCEPTION '% has columns that the model does not have: %; drop them by hand', {table}, stray;
    END IF;
END",
            model.join(",\n            "),
            table = literal(&self.quoted()),
            names = names.join(", "),
        ))
    }

    fn wanted(&self, column: &Column) -> String {
        format!(
            "({}, {}, {}, {})",
            literal(&column.name),
            literal(column.ty.sql()),
            literal(&typed(column.ty)),
            self.key.contains(&column.name)
        )
    }

    /// The guards that are cheaper after the rows, or possible only then.
    pub(crate) fn guards(&self, further: &[String]) -> Statement {
        let required = self.columns.iter().filter(|c| c.null == Null::Refused);
        let guards: Vec<String> = required
            .map(|column| self.required(column))
            .chain(further.iter().cloned())
            .collect();
        let body = format!("BEGIN\n{}\nEND", guards.join("\n"));
        self.statement("guards", block(&body))
    }

    fn required(&self, column: &Column) -> String {
        format!(
            "    IF NOT (SELECT attnotnull FROM pg_attribute WHERE attrelid = {}::regclass AND attname = {}) THEN
        ALTER TABLE {} ALTER COLUMN {} SET NOT NULL;
    END IF;",
            literal(&self.quoted()),
            literal(&column.name),
            self.quoted(),
            column.quoted()
        )
    }

    /// `UNIQUE` or `PRIMARY KEY` over columns.
    pub(crate) fn keyed<'a>(kind: &str, names: impl IntoIterator<Item = &'a str>) -> String {
        format!("{kind} ({})", list(names))
    }
}

use ml_core::{Audit, Error, Ident, Result, Type};

use crate::Dimension;
use crate::column::Column;
use crate::live::{live, over};
use crate::model::Model;
use crate::quote::{list, literal, quoted};
use crate::table::Table;

/// Which attributes of a dimension are tracked through time, and from which instant on a value holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct History {
    pub(crate) effective: String,
    pub(crate) tracked: Vec<String>,
}

impl History {
    pub(crate) fn model(&self, dimension: &Dimension, schema: &Ident) -> Result<Model> {
        let table = self.table(dimension, schema)?;
        let values: Result<Vec<&str>> = table
            .columns
            .iter()
            .map(|column| unknown(column, dimension.name()))
            .collect();
        Ok(Model {
            install: vec![dimension.unknown(&table, &values?)],
            fresh: self.fresh(dimension, &table)?,
            guards: vec![exclusion(dimension, &table)],
            checks: checks(dimension, &table.quoted()),
            table,
        })
    }

    fn table(&self, dimension: &Dimension, schema: &Ident) -> Result<Table> {
        let span = [
            Column::new("valid_from", Type::Timestamp, &*self.effective),
            Column::new("valid_to", Type::Timestamp, "'infinity'"),
        ];
        let keys = dimension.keys();
        let mut key: Vec<String> = keys.iter().map(|key| key.name.clone()).collect();
        key.push(String::from("valid_from"));
        let clauses = vec![
            String::from(
                "\"is_current\" boolean NOT NULL GENERATED ALWAYS AS (\"valid_to\" = TIMESTAMP 'infinity') STORED",
            ),
            Table::keyed("UNIQUE", key.iter().map(String::as_str)),
            String::from("CHECK (\"valid_from\" < \"valid_to\")"),
        ];
        let attributes = dimension.attributes().iter().cloned();
        let columns: Vec<Column> = keys.into_iter().chain(span).chain(attributes).collect();
        if columns.iter().any(|column| column.name == "is_current") {
            return Err(Error::contract(format!(
                "{} has a column is_current of its own",
                dimension.name()
            )));
        }
        dimension.table(schema, columns, key, clauses)
    }

    /// The tracked attributes and the others.
    fn split(&self, dimension: &Dimension) -> Result<(Vec<Column>, Vec<Column>)> {
        let attributes = dimension.attributes();
        let stray = self
            .tracked
            .iter()
            .find(|name| attributes.iter().all(|a| a.name != **name));
        if let Some(name) = stray {
            return Err(Error::contract(format!(
                "{} tracks {name:?}, which is not an attribute",
                dimension.name()
            )));
        }
        if self.tracked.is_empty() {
            return Err(Error::contract(format!(
                "{} tracks nothing",
                dimension.name()
            )));
        }
        let tracked = |column: &Column| self.tracked.contains(&column.name);
        Ok(attributes.iter().cloned().partition(tracked))
    }

    /// Latest per key and instant, then changes only, then spans.
    fn fresh(&self, dimension: &Dimension, table: &Table) -> Result<String> {
        let (tracked, others) = self.split(dimension)?;
        let spans = self.spans(dimension, &tracked)?;
        if others.is_empty() {
            return Ok(format!(
                "WITH {spans},\nfresh AS (\n    SELECT {}\n    FROM spans\n)",
                list(table.names())
            ));
        }
        let effective = Column::new("_latest_0", Type::Timestamp, &*self.effective);
        let dated = format!(
            "(SELECT * FROM {} AS source WHERE isfinite({}))",
            live(dimension.source()),
            effective.value()
        );
        let latest = dimension.latest_of(&others, "newest", &[effective])?;
        // They have no part in the history, and a fact on the unknown member would not tell whose they were.
        let latest = over(&latest, dimension.source(), &dated);
        let keys = dimension.keys();
        let own = keys.iter().map(|key| format!("spans.{}", key.quoted()));
        let further = table.columns[keys.len()..].iter().map(Column::quoted);
        let own = own.chain(further);
        Ok(format!(
            "WITH {spans},\n{latest},\nfresh AS (\n    SELECT {}\n    FROM spans\n    JOIN newest ON {}\n)",
            own.collect::<Vec<_>>().join(", "),
            equal("newest", "spans", &keys)
        ))
    }

    fn spans(&self, dimension: &Dimension, tracked: &[Column]) -> Result<String> {
        let keys = dimension.keys();
        let from = Column::new("valid_from", Type::Timestamp, &*self.effective);
        let selected = keys
            .iter()
            .chain([&from])
            .chain(tracked)
            .map(Column::selected);
        let names: Vec<String> = tracked.iter().map(Column::quoted).collect();
        let order = names.iter().map(|name| format!(", {name} DESC NULLS LAST"));
        let was: Vec<String> = (0..names.len()).map(|n| format!("\"_was_{n}\"")).collect();
        let lags = names.iter().zip(&was);
        let lags = lags.map(|(name, was)| format!("lag({name}) OVER history AS {was}"));
        Ok(format!(
            "observed AS (
    SELECT DISTINCT
        {selected}
    FROM {source} AS source
),
latest AS (
    SELECT DISTINCT ON ({keys}, \"valid_from\") {keys}, \"valid_from\", {names}
    FROM observed
    WHERE {known} AND isfinite(\"valid_from\")
    ORDER BY {keys}, \"valid_from\"{order}
),
compared AS (
    SELECT {keys}, \"valid_from\", {names}, row_number() OVER history AS \"_nth\", {lags}
    FROM latest
    WINDOW history AS (PARTITION BY {keys} ORDER BY \"valid_from\")
),
changes AS (
    SELECT {keys}, {from}, {names}
    FROM compared
    WHERE \"_nth\" = 1 OR ROW({names}) IS DISTINCT FROM ROW({was})
),
spans AS (
    SELECT
        {keys}, \"valid_from\", {names},
        coalesce(lead(\"valid_from\") OVER history, TIMESTAMP 'infinity') AS \"valid_to\"
    FROM changes
    WINDOW history AS (PARTITION BY {keys} ORDER BY \"valid_from\")
)",
            selected = selected.collect::<Vec<_>>().join(",\n        "),
            source = live(dimension.source()),
            keys = list(keys.iter().map(|key| &*key.name)),
            names = names.join(", "),
            from = begins(dimension),
            known = dimension.is_known()?,
            order = order.collect::<String>(),
            lags = lags.collect::<Vec<_>>().join(", "),
            was = was.join(", "),
        ))
    }
}

/// A member that a fact may have inferred was there from the beginning.
fn begins(dimension: &Dimension) -> &'static str {
    match dimension.wanted.is_empty() {
        true => "\"valid_from\"",
        false => {
            "CASE WHEN \"_nth\" = 1 THEN TIMESTAMP '-infinity' ELSE \"valid_from\" END AS \"valid_from\""
        }
    }
}

fn equal(left: &str, right: &str, keys: &[Column]) -> String {
    let keys = keys.iter().map(Column::quoted);
    let equal = keys.map(|key| format!("{left}.{key} = {right}.{key}"));
    equal.collect::<Vec<_>>().join(" AND ")
}

pub(crate) fn unknown(column: &Column, table: &str) -> Result<&'static str> {
    match column.name.as_str() {
        "valid_from" => Ok("'-infinity'"),
        "valid_to" => Ok("'infinity'"),
        _ => column.unknown(table),
    }
}

/// A GiST index cannot compare scalars without an extension, so a key is a point, two hashes of it, of which 53 bits each
/// are kept: two of 100 million keys are on one point with a chance of 1 to 10^16, and the refresh would be refused.
fn exclusion(dimension: &Dimension, table: &Table) -> String {
    let keys = list(dimension.keys().iter().map(|key| &*key.name));
    let hash = |seed: u8| format!("hash_record_extended(ROW({keys}), {seed})");
    format!(
        "    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = {}::regclass AND contype = 'x') THEN
        ALTER TABLE {} ADD EXCLUDE USING gist (
            point({}, {}) WITH ~=, tsrange(\"valid_from\", \"valid_to\") WITH &&
        ) DEFERRABLE INITIALLY DEFERRED;
    END IF;",
        literal(&table.quoted()),
        table.quoted(),
        hash(0),
        hash(1)
    )
}

/// The same promises as the constraints give, for engines that cannot have them.
pub(crate) fn checks(dimension: &Dimension, relation: &str) -> Vec<Audit> {
    let name = dimension.name();
    let keys = list(dimension.keys().iter().map(|key| &*key.name));
    let known = format!("{} <> -1", quoted(&dimension.surrogate()));
    let overlap = format!(
        "SELECT *
FROM (
    SELECT {keys}, \"valid_from\", \"valid_to\", lead(\"valid_from\") OVER (PARTITION BY {keys} ORDER BY \"valid_from\") AS \"next_from\"
    FROM {relation} AS held
    WHERE {known}
) AS spans
WHERE \"next_from\" < \"valid_to\""
    );
    let current = format!(
        "SELECT {keys}\nFROM {relation} AS held\nWHERE {known}\nGROUP BY {keys}\nHAVING count(*) FILTER (WHERE \"is_current\") <> 1"
    );
    vec![
        Audit::new(format!("{name}.no_overlap"), overlap),
        Audit::new(format!("{name}.one_current"), current),
    ]
}

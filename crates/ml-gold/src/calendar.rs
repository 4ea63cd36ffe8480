//! The date dimension: a row a day.

use ml_core::{Ident, Result, Type};

use crate::Dimension;
use crate::column::Column;
use crate::live::live;
use crate::model::Model;
use crate::table::Table;

/// Columns, what computes them from `day`, and what the unknown member has. Month and day names are English whatever
/// the locale.
const PARTS: [(&str, Type, &str); 8] = [
    ("year", Type::Int4, "extract(year FROM day)"),
    ("quarter", Type::Int4, "extract(quarter FROM day)"),
    ("month", Type::Int4, "extract(month FROM day)"),
    ("day_of_month", Type::Int4, "extract(day FROM day)"),
    ("iso_week", Type::Int4, "extract(week FROM day)"),
    ("day_of_week", Type::Int4, "extract(isodow FROM day)"),
    ("month_name", Type::Text, "to_char(day, 'FMMonth')"),
    ("day_name", Type::Text, "to_char(day, 'FMDay')"),
];

/// The natural key.
pub(crate) fn day(expr: &str) -> Column {
    Column::new("day", Type::Date, expr)
}

pub(crate) fn model(dimension: &Dimension, schema: &Ident, expr: &str) -> Result<Model> {
    let key = dimension.surrogate();
    let yyyymmdd =
        "extract(year FROM day) * 10000 + extract(month FROM day) * 100 + extract(day FROM day)";
    let parts = PARTS.map(|(name, ty, expr)| Column::new(name, ty, expr));
    let own = [Column::new(&*key, Type::Int4, yyyymmdd), day("day")];
    let columns: Vec<Column> = own.into_iter().chain(parts).collect();
    let table = Table {
        schema: schema.clone(),
        name: dimension.name().to_owned(),
        surrogate: None,
        clauses: vec![
            Table::keyed("PRIMARY KEY", [&*key]),
            String::from("UNIQUE (\"day\")"),
            String::from("CHECK (\"month\" BETWEEN 1 AND 12 OR \"month\" = -1)"),
        ],
        columns,
        order: vec![key.clone()],
        unknown: Some(key.clone()),
        key: vec![key],
        months: None,
    };
    let table = table.checked()?;
    let values: Result<Vec<&str>> = table.columns[1..]
        .iter()
        .map(|column| column.unknown(dimension.name()))
        .collect();
    Ok(Model {
        install: vec![dimension.unknown(&table, &values?)],
        fresh: fresh(&table, &days(dimension, expr)),
        guards: Vec::new(),
        checks: Vec::new(),
        table,
    })
}

/// The days from the first to the last of `days`. Days that yyyymmdd cannot say, and infinite ones, belong to the unknown member.
pub(crate) fn fresh(table: &Table, days: &str) -> String {
    let columns: Vec<String> = table.columns.iter().map(Column::selected).collect();
    format!(
        "WITH source AS (
    {days}
),
bounds AS (
    SELECT min(day) AS first_day, max(day) AS last_day
    FROM source
    WHERE day BETWEEN DATE '0001-01-02' AND DATE '9999-12-31'
),
days AS (
    SELECT generate_series(first_day::timestamp, last_day::timestamp, INTERVAL '1 day')::date AS day
    FROM bounds
),
fresh AS (
    SELECT
        {}
    FROM days
)",
        columns.join(",\n        ")
    )
}

/// The days of all its sources.
fn days(dimension: &Dimension, expr: &str) -> String {
    let own = [(dimension.source(), expr)];
    let further = dimension
        .further
        .iter()
        .map(|(source, day)| (source, &**day));
    let each = own.into_iter().chain(further).map(|(source, day)| {
        format!(
            "SELECT ({day})::date AS day\n    FROM {} AS source",
            live(source)
        )
    });
    each.collect::<Vec<_>>().join("\n    UNION ALL\n    ")
}

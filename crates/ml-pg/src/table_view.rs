//! The SQL of the views of a table.

use ml_core::{Contract, Dataset, Error, Ident, Merge, Result};

use crate::Table;
use crate::keeping::Keeping;
use crate::live_view::{LiveView, ViewColumn};
use crate::table::quoted;

/// A view of a table for readers: its name, what it is for and its query.
pub(crate) struct TableView {
    pub(crate) name: Dataset,
    pub(crate) comment: &'static str,
    pub(crate) select: String,
}

/// The name of one of a table's views.
pub(crate) fn name(table: &Table, of: &str) -> Result<Dataset> {
    let (schema, table) = (table.dataset().schema(), table.dataset().table());
    let view = Ident::new(format!("v_{}_{of}", table.as_str()))?;
    format!("{}.{}", schema.as_str(), view.as_str()).parse()
}

/// The rows as they stand.
pub(crate) fn current(table: &Table, live: &LiveView) -> Result<TableView> {
    let comment = "The rows as they stand, without lineage.";
    rows(table, live, ("current", comment), "true")
}

/// The same, of rows that are one thing the one whose grain comes first, as text: the others are there as long as it is
/// gone. Nothing of the table changes, so that a pair can be parted again.
pub(crate) fn distinct(table: &Table, merge: &Merge, live: &LiveView) -> Result<TableView> {
    let (from, dataset) = (table.dataset().quoted(), table.dataset().to_string());
    let comment = "The rows as they stand, without those merged into another one.";
    let grain = |of: &str| {
        let grain = merge
            .grain
            .iter()
            .map(|name| format!("{of}.{}", quoted(name)));
        let grain = grain.collect::<Vec<_>>().join(", ");
        format!("ROW({grain})::text COLLATE \"C\"")
    };
    let pairs = |one: &str, other: &str| {
        format!(
            "SELECT {one} AS one, {other} AS other FROM meta.duplicate_candidate \
             WHERE dataset = {} AND state IN ('merge', 'merged')",
            literal(&dataset)
        )
    };
    let merged = format!(
        "NOT EXISTS (SELECT FROM ({} UNION ALL {}) AS pair \
         JOIN {from} AS first ON first.\"_row_id\" = pair.other AND NOT first.\"_deleted\" \
         WHERE pair.one = t.\"_row_id\" AND {} < {})",
        pairs("left_row", "right_row"),
        pairs("right_row", "left_row"),
        grain("first"),
        grain("t"),
    );
    rows(table, live, ("distinct", comment), &merged)
}

/// Rows as they stand, those that a condition holds for. The columns that readers know already keep their places.
fn rows(
    table: &Table,
    live: &LiveView,
    (of, comment): (&str, &'static str),
    condition: &str,
) -> Result<TableView> {
    let (name, contract, known) = (name(table, of)?, &table.contract, &live.columns);
    check_types(&name, contract, known)?;
    let is_new = |name: &str| known.iter().all(|column| column.name != name);
    let new = contract.columns.iter().filter(|new| is_new(&new.name));
    let mut columns: Vec<String> = known.iter().map(|known| shown(contract, known)).collect();
    columns.extend(new.map(|new| format!("t.{}", quoted(&new.name))));
    let (columns, from) = (columns.join(", "), table.dataset().quoted());
    Ok(TableView {
        name,
        comment,
        select: format!(
            "SELECT {columns} FROM {from} AS t WHERE {} AND {condition}",
            table.keeping.current()
        ),
    })
}

/// A column that nobody promises any more is NULL, so that nothing holds the table's own.
fn shown(contract: &Contract, column: &ViewColumn) -> String {
    let name = quoted(&column.name);
    if contract.ordinal(&column.name).is_some() {
        return format!("t.{name}");
    }
    let collation = column.collation.as_ref();
    let collation = collation.map_or(String::new(), |of| format!(" COLLATE {of}"));
    format!("NULL::{}{collation} AS {name}", column.ty)
}

fn check_types(view: &Dataset, contract: &Contract, known: &[ViewColumn]) -> Result<()> {
    for known in known {
        let promised = contract.columns.iter().find(|new| new.name == known.name);
        if let Some(promised) = promised.filter(|promised| promised.ty.sql() != known.ty) {
            return Err(Error::contract(format!(
                "{view} has column {} as {}, its table as {}: readers keep the types they know, so give the column a \
                 new name",
                known.name, known.ty, promised.ty
            )));
        }
    }
    Ok(())
}

/// What the loads of each day came to.
pub(crate) fn changes(table: &Table) -> Result<TableView> {
    let (from, by, live) = (
        table.dataset().quoted(),
        brought_by(table),
        table.keeping.live(),
    );
    let dataset = literal(&table.dataset().to_string());
    Ok(TableView {
        name: name(table, "changes")?,
        comment: "What the loads of each day came to, and how many rows have their content of that day.",
        select: format!(
            "WITH standing AS (\
             SELECT {by} AS load_id, count(*) AS rows FROM {from} WHERE {live} GROUP BY {by}), \
             daily AS (\
             SELECT {DAY} AS day, count(*) AS loads, \
             sum(load.rows_read)::bigint AS rows_read, \
             sum(load.rows_accepted)::bigint AS rows_accepted, \
             sum(load.rows_quarantined)::bigint AS rows_quarantined, \
             sum(load.rows_dropped)::bigint AS rows_dropped, \
             coalesce(sum(standing.rows), 0)::bigint AS rows_changed \
             FROM meta.load LEFT JOIN standing ON standing.load_id = load.load_id \
             WHERE load.dataset = {dataset} AND load.state = 'applied' GROUP BY 1) \
             SELECT daily.*, \
             rows_changed / nullif((SELECT sum(rows) FROM standing), 0)::double precision AS change_rate \
             FROM daily"
        ),
    })
}

/// How many rows have a value: a row a column, so that another column of the table is no other column of the view.
pub(crate) fn completeness(table: &Table) -> Result<TableView> {
    let (from, by, live) = (
        table.dataset().quoted(),
        brought_by(table),
        table.keeping.live(),
    );
    let (mut counts, mut figures) = (Vec::new(), Vec::new());
    for (nth, column) in table.contract.columns.iter().enumerate() {
        counts.push(format!("count(t.{}) AS c{nth}", quoted(&column.name)));
        figures.push(format!("({}, daily.c{nth})", literal(&column.name)));
    }
    let (counts, figures) = (counts.join(", "), figures.join(", "));
    Ok(TableView {
        name: name(table, "completeness")?,
        comment: "How many rows have a value, by column and the day their content came in.",
        select: format!(
            "SELECT daily.day, figure.column_name, daily.rows, figure.rows_filled, \
             figure.rows_filled / daily.rows::double precision AS completeness \
             FROM (\
             SELECT {DAY} AS day, count(*) AS rows, {counts} \
             FROM {from} AS t JOIN meta.load ON load.load_id = t.{by} WHERE {live} GROUP BY 1) AS daily \
             CROSS JOIN LATERAL (VALUES {figures}) AS figure (column_name, rows_filled)"
        ),
    })
}

/// The same day for every reader, whatever the time zone.
const DAY: &str = "(load.finished_at AT TIME ZONE 'UTC')::date";

/// The column that says which load of the table brought a row's content in.
fn brought_by(table: &Table) -> &'static str {
    match table.keeping {
        Keeping::Landing => "\"_load_id\"",
        Keeping::Appended | Keeping::Merged(_) | Keeping::History(_) => "\"_changed_load\"",
    }
}

/// A text constant; the sessions have `standard_conforming_strings` on.
fn literal(text: &str) -> String {
    format!("'{}'::text", text.replace('\'', "''"))
}

use ml_core::{Audit, Dimension, Result};

use super::target::Columns;
use crate::ColumnNames;

/// No two rows of the load have the same values in these columns. Named `<columns>.unique`.
///
/// NULL counts as a value, as in `UNIQUE NULLS NOT DISTINCT`. All rows but the first of equal ones, the one with the
/// smallest load and record, offend. No rows pass.
///
/// # Errors
/// [`Contract`](ml_core::Kind::Contract) when there are no columns or one cannot be named in SQL.
///
/// ```
/// let audit = ml_quality::audits::unique(["invoice_no", "line"])?;
/// assert_eq!(audit.id, "invoice_no_line.unique");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn unique(columns: impl ColumnNames) -> Result<Audit> {
    let columns = Columns::of(columns, "an audit of uniqueness")?;
    let sql = format!(
        r#"SELECT "_load_id", "_record_no" FROM (
            SELECT r."_load_id", r."_record_no",
                row_number() OVER (PARTITION BY {} ORDER BY r."_load_id", r."_record_no") AS nth
            FROM {{rows}} AS r) AS numbered
        WHERE nth > 1"#,
        columns.list()
    );
    let audit = Audit::of_rows(format!("{}.unique", columns.title()), sql)
        .expecting(format!("one row for each {}", columns.words()))
        .reading(columns.names());
    Ok(audit.dimension(Dimension::Uniqueness))
}

/// Rows with the same values in `columns` have the same values in `others`: a functional dependency, as from a post
/// code to its town. Named `<columns>.determines.<others>`.
///
/// All rows of a group that does not agree offend. A row with NULL in one of `columns` is not judged; in `others`
/// NULL counts as a value, so that a row without a town does not agree with one that has it. No rows pass.
///
/// # Errors
/// [`Contract`](ml_core::Kind::Contract) when there are no columns on a side or one cannot be named in SQL.
///
/// ```
/// let audit = ml_quality::audits::determines("post_code", ["town", "county"])?;
/// assert_eq!(audit.id, "post_code.determines.town_county");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn determines(columns: impl ColumnNames, others: impl ColumnNames) -> Result<Audit> {
    let columns = Columns::of(columns, "a functional dependency")?;
    let others = Columns::of(others, "a functional dependency")?;
    // A column may stand on both sides, so the pairs name theirs by position.
    let sql = format!(
        r#"SELECT r."_load_id", r."_record_no" FROM {{rows}} AS r JOIN (
            SELECT {places} FROM (SELECT DISTINCT {left}, {right} FROM {{rows}} AS r WHERE {known}) AS pairs
            GROUP BY {places} HAVING count(*) > 1) AS torn
        ON {joined}"#,
        places = columns.each(|at, _| format!("a{at}"), ", "),
        left = columns.each(|at, name| format!("r.{name} AS a{at}"), ", "),
        right = others.each(|at, name| format!("r.{name} AS b{at}"), ", "),
        known = columns.known(),
        joined = columns.each(|at, name| format!("r.{name} = torn.a{at}"), " AND "),
    );
    let id = format!("{}.determines.{}", columns.title(), others.title());
    let expected = format!("one {} for each {}", others.words(), columns.words());
    let audit = Audit::of_rows(id, sql).expecting(expected);
    Ok(audit.reading(columns.names()).reading(others.names()))
}

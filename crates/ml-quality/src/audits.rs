//! Audits that many tables need.

use std::ops::{Bound, RangeBounds};

use ml_core::{Audit, Error, Ident, Result};

use crate::ColumnNames;

/// No two rows of the load have the same values in these columns; NULL counts as a value. Named `<columns>.unique`.
///
/// # Errors
/// [`Contract`](ml_core::Kind::Contract) when there are no columns or one cannot be named in SQL.
///
/// ```
/// let audit = ml_quality::audits::unique(["invoice_no", "line"])?;
/// assert_eq!(audit.id, "invoice_no_line.unique");
/// assert_eq!(
///     audit.sql,
///     r#"SELECT "invoice_no", "line" FROM {rows} AS r GROUP BY "invoice_no", "line" HAVING count(*) > 1"#
/// );
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn unique(columns: impl ColumnNames) -> Result<Audit> {
    let names = columns.names();
    if names.is_empty() {
        return Err(Error::contract("an audit of uniqueness needs columns"));
    }
    let quoted: Result<Vec<String>> = names.iter().map(|name| quoted(name)).collect();
    let list = quoted?.join(", ");
    let sql = format!("SELECT {list} FROM {{rows}} AS r GROUP BY {list} HAVING count(*) > 1");
    Ok(Audit::new(format!("{}.unique", names.join("_")), sql))
}

/// The load has so many rows. Named `row_count`.
///
/// ```
/// let audit = ml_quality::audits::row_count(1..=1_000);
/// assert_eq!(
///     audit.sql,
///     "SELECT count(*) AS found FROM {rows} AS r HAVING NOT (count(*) >= 1 AND count(*) <= 1000)"
/// );
/// ```
pub fn row_count(range: impl RangeBounds<u64>) -> Audit {
    let lower = match range.start_bound() {
        Bound::Included(rows) => format!("count(*) >= {rows}"),
        Bound::Excluded(rows) => format!("count(*) > {rows}"),
        Bound::Unbounded => String::from("count(*) >= 0"),
    };
    let upper = match range.end_bound() {
        Bound::Included(rows) => format!(" AND count(*) <= {rows}"),
        Bound::Excluded(rows) => format!(" AND count(*) < {rows}"),
        Bound::Unbounded => String::new(),
    };
    let sql = format!("SELECT count(*) AS found FROM {{rows}} AS r HAVING NOT ({lower}{upper})");
    Audit::new("row_count", sql)
}

/// A name that holds the audit's placeholder would be replaced along with it.
fn quoted(name: &str) -> Result<String> {
    if name.contains("{rows}") {
        return Err(Error::contract(format!("{name:?} cannot be audited")));
    }
    Ident::new(name).map(|ident| ident.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leaves_its_place() {
        let audit = unique([r#"a" FROM x; --"#]).unwrap();
        assert!(
            audit
                .sql
                .starts_with(r#"SELECT "a"" FROM x; --" FROM {rows}"#)
        );
        assert!(unique(["{rows}"]).is_err());
        assert!(unique([""]).is_err());
        assert!(unique(Vec::new()).is_err());
    }

    #[test]
    fn a_range_may_be_open() {
        assert!(row_count(5..).sql.ends_with("HAVING NOT (count(*) >= 5)"));
        assert!(
            row_count(..9)
                .sql
                .ends_with("HAVING NOT (count(*) >= 0 AND count(*) < 9)")
        );
    }
}

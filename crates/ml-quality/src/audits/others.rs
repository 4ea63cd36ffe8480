use ml_core::{Audit, Dataset, Error, Result};

use super::figures::Limit;
use super::limits::tolerance as at_most;
use super::target::{Columns, number, relation};
use crate::ColumnNames;

/// What the rows refer to is there: their key is that of a row of another dataset, as a foreign key says. Named
/// `<columns>.references.<dataset>`.
///
/// A row with NULL in a column of the key refers to nothing, and passes. The other dataset is seen as the load sees
/// it: what others have committed, and what the load itself has written there. No rows pass.
///
/// # Errors
/// [`Contract`](ml_core::Kind::Contract) when there are no columns, not as many on both sides, or one cannot be named
/// in SQL.
///
/// ```
/// let products = ml_core::Dataset::of("silver", "products");
/// let audit = ml_quality::audits::references("stock_code", &products, "code")?;
/// assert_eq!(audit.id, "stock_code.references.silver.products");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn references(
    columns: impl ColumnNames,
    dataset: &Dataset,
    others: impl ColumnNames,
) -> Result<Audit> {
    let columns = Columns::of(columns, "a reference")?;
    let others = Columns::of(others, "a reference")?;
    if columns.len() != others.len() {
        return Err(Error::contract(format!(
            "{} columns cannot refer to {} of {dataset}",
            columns.len(),
            others.len()
        )));
    }
    let sql = format!(
        r#"SELECT r."_load_id", r."_record_no" FROM {{rows}} AS r
        WHERE {known} AND NOT EXISTS (SELECT 1 FROM {other} AS o WHERE {equal})"#,
        known = columns.known(),
        other = relation(dataset)?,
        equal = columns.equal(&others),
    );
    let id = format!("{}.references.{dataset}", columns.title());
    let expected = format!("a row of {dataset} that it refers to by {}", others.words());
    Ok(Audit::of_rows(id, sql)
        .expecting(expected)
        .reading(columns.names()))
}

/// The sum of a column is that of a column of all of another dataset, such as a view of control totals, give or take
/// the tolerance. Named `<column>.reconciles.<dataset>`.
///
/// NULLs are left out; no rows, or NULL in all of them, sum to 0 on either side. Numbers are taken as in
/// [`mean`](super::mean); a difference that is not a number offends.
///
/// # Errors
/// [`Contract`](ml_core::Kind::Contract) for any other than one column that can be named in SQL on each side, and for
/// a tolerance that is negative or not finite.
///
/// ```
/// let totals = ml_core::Dataset::of("bronze", "control_totals");
/// let audit = ml_quality::audits::reconciles("amount", &totals, "amount", 0)?;
/// assert_eq!(audit.id, "amount.reconciles.bronze.control_totals");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn reconciles<N: Limit>(
    column: impl ColumnNames,
    dataset: &Dataset,
    other: impl ColumnNames,
    tolerance: N,
) -> Result<Audit> {
    let (name, column) = Columns::one(column, "a reconciled sum")?;
    let (theirs, other) = Columns::one(other, "a reconciled sum")?;
    let tolerance = at_most(tolerance)?;
    let sql = format!(
        "SELECT here, there FROM (SELECT coalesce(sum({column}), 0) AS here FROM {{rows}} AS r) AS ours \
         CROSS JOIN (SELECT coalesce(sum({other}), 0) AS there FROM {dataset} AS o) AS theirs \
         WHERE NOT abs(here - there) <= {tolerance}",
        column = number("r", &column),
        other = number("o", &other),
        dataset = relation(dataset)?,
    );
    let expected = format!("the sum of {theirs} in {dataset}, give or take {tolerance}");
    let audit = Audit::new(format!("{name}.reconciles.{dataset}"), sql);
    Ok(audit.expecting(expected).reading([name]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHER: Dataset = Dataset::of("silver", "other");

    #[test]
    fn what_says_nothing_is_refused() {
        assert!(references(Vec::new(), &OTHER, "a").is_err());
        assert!(references(["a", "b"], &OTHER, "a").is_err());
        assert!(references("a", &Dataset::of("x", "{rows}"), "a").is_err());
        assert!(references("a", &OTHER, "{rows}").is_err());
        assert!(reconciles(["a", "b"], &OTHER, "a", 0).is_err());
        assert!(reconciles("a", &OTHER, "a", f64::NAN).is_err());
        assert!(reconciles("a", &OTHER, "a", -1).is_err());
    }
}

//! The check that the natural key of a dimension is the grain of its source.

use ml_core::{Error, Result};

use crate::Dimension;
use crate::quote::{block, literal};

/// A block that fails where the columns of the key are not in one unique index of the source, which is what silver's
/// merge finds its rows by.
pub(crate) fn check(dimension: &Dimension) -> Result<String> {
    let keys = dimension.keys();
    let names: Result<Vec<String>> = keys
        .iter()
        .map(|key| {
            column(&key.expr).map(|name| literal(&name)).ok_or_else(|| {
                Error::contract(format!(
                    "{} is keyed by the grain of its source, but {:?} is no column",
                    dimension.name(),
                    key.expr
                ))
            })
        })
        .collect();
    let names = names?.join(", ");
    let source = literal(&dimension.source().quoted());
    Ok(block(&format!(
        "BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_index AS held
        WHERE held.indrelid = {source}::regclass AND held.indisunique AND held.indpred IS NULL AND held.indexprs IS NULL
            AND ARRAY[{names}] <@ (
                SELECT array_agg(col.attname::text)
                FROM pg_attribute AS col
                WHERE col.attrelid = held.indrelid AND col.attnum = ANY (held.indkey)
            )
    ) THEN
        RAISE EXCEPTION '% has no unique index with %: a row of it may change its key', {source}, ARRAY[{names}];
    END IF;
END"
    )))
}

/// The column that an expression is, if it is nothing else.
pub(crate) fn column(expr: &str) -> Option<String> {
    let expr = expr.trim();
    if let Some(inner) = expr.strip_prefix('"') {
        let name = inner.strip_suffix('"')?.replace("\"\"", "\u{0}");
        return (!name.is_empty() && !name.contains('"')).then(|| name.replace('\u{0}', "\""));
    }
    let starts = expr.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_name = expr
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$');
    (starts && is_name).then(|| expr.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::column;

    #[test]
    fn a_column_is_a_name_and_nothing_else() {
        let named = |expr: &str| column(expr).unwrap_or_default();
        assert_eq!(named(" Customer_ID "), "customer_id");
        assert_eq!(named("\"Customer \"\"ID\""), "Customer \"ID");
        for expr in ["a + b", "upper(a)", "\"a\" || \"b\"", "1", "", "\"\""] {
            assert_eq!(column(expr), None, "{expr}");
        }
    }
}

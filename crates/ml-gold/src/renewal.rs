use ml_core::{Error, Result};

/// How a model gets from its present state to the next one, once it is installed.
///
/// Nothing said, a model is renewed [incrementally](Renewal::Incremental) where that gives exactly what a full refresh
/// gives, and in full elsewhere.
///
/// ```
/// use ml_core::{Dataset, Type};
/// use ml_gold::{Fact, Renewal, Warehouse};
///
/// let sales = Fact::new("fct_sales", Dataset::of("silver", "sales"))
///     .measure("amount", Type::Numeric, "quantity * (SELECT rate FROM silver.rates)")
///     .renewed(Renewal::Incremental);
/// let error = Warehouse::new("gold").fact(sales).render().unwrap_err();
/// assert!(error.to_string().contains("reads more than its source"), "{error}");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// From the source rows that new loads changed.
    Incremental,
    /// From all of its source.
    Full,
}

/// Decides how a model is renewed: whether incrementally, given why that could not be exact.
pub(crate) fn is_incremental(
    name: &str,
    declared: Option<Renewal>,
    doubt: Option<String>,
) -> Result<bool> {
    match (declared, doubt) {
        (Some(Renewal::Full), _) => Ok(false),
        (Some(Renewal::Incremental), Some(why)) => Err(Error::contract(format!(
            "{name} cannot be refreshed incrementally: {why}"
        ))),
        (_, doubt) => Ok(doubt.is_none()),
    }
}

/// Words by which an expression reads another table.
const READS: [&str; 2] = ["select", "table"];
/// Words whose value is another one at the next refresh.
const PASSES: [&str; 17] = [
    "now",
    "today",
    "tomorrow",
    "yesterday",
    "age",
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "clock_timestamp",
    "statement_timestamp",
    "transaction_timestamp",
    "timeofday",
    "random",
    "gen_random_uuid",
    "nextval",
];
/// Columns of a source that change without being counted as a change of its row.
const LINEAGE: [&str; 3] = ["_load_id", "_record_no", "_changed_load"];

/// Why an expression may have another value although no row that it is known to read was changed. A word in a text
/// counts as well: a full refresh is right all the same.
pub(crate) fn doubt(expr: &str) -> Option<String> {
    let words = || words(expr);
    let is_in = |of: &'static [&str]| words().find(|word| of.contains(&&**word));
    if let Some(word) = is_in(&READS) {
        return Some(format!("{expr:?} reads more than its source ({word})"));
    }
    if let Some(word) = is_in(&PASSES) {
        return Some(format!("{expr:?} changes by itself ({word})"));
    }
    if let Some(word) = is_in(&LINEAGE) {
        return Some(format!(
            "{expr:?} reads {word}, which changes without the row"
        ));
    }
    is_whole(expr, "source").then(|| format!("{expr:?} reads the lineage of the row with the rest"))
}

/// The first doubt about any of them.
pub(crate) fn any_doubt<'a>(exprs: impl IntoIterator<Item = &'a str>) -> Option<String> {
    exprs.into_iter().find_map(doubt)
}

/// The names and key words of an expression, in small letters.
pub(crate) fn words(expr: &str) -> impl Iterator<Item = String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let words = expr.split(move |c| !is_part(c));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Whether an expression may take a row as a whole, by the name it has there.
pub(crate) fn is_whole(expr: &str, row: &str) -> bool {
    let (expr, row) = (expr.to_lowercase(), row.to_lowercase());
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    expr.match_indices(&row).any(|(at, _)| {
        let (before, after) = (&expr[..at], &expr[at + row.len()..]);
        let is_word = !before.ends_with(is_part) && !after.starts_with(is_part);
        let column = after.trim_start_matches('"').trim_start();
        let column = column.strip_prefix('.').map(str::trim_start);
        is_word && column.is_none_or(|column| column.starts_with('*'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_on_the_row_alone_is_taken() {
        for expr in [
            "quantity * unit_price",
            "source.\"selected\"",
            "coalesce(description, 'none')",
            "storage_table_no",
            "(source).amount::numeric",
            "sources",
        ] {
            // a row in parentheses is taken for the whole of it, which only costs time
            let is_row = expr.starts_with("(source)");
            assert_eq!(doubt(expr).is_some(), is_row, "{expr}");
        }
    }

    #[test]
    fn what_changes_without_it_is_not() {
        for expr in [
            "(SELECT max(rate) FROM silver.rates)",
            "(table x)",
            "age(born_on)",
            "CURRENT_DATE - sold_on",
            "'today'::date",
            "\"_load_id\"",
            "to_jsonb(source)",
            "source.*",
            "hash_record(source . *)",
            "row_to_json(\"source\")",
        ] {
            assert!(doubt(expr).is_some(), "{expr}");
        }
    }

    #[test]
    fn who_asks_for_what_cannot_be_is_told_why() {
        let why = || Some(String::from("of the clock"));
        assert!(!is_incremental("a", None, why()).unwrap());
        assert!(is_incremental("a", None, None).unwrap());
        assert!(is_incremental("a", Some(Renewal::Incremental), None).unwrap());
        assert!(!is_incremental("a", Some(Renewal::Full), None).unwrap());
        let refused = is_incremental("a", Some(Renewal::Incremental), why()).unwrap_err();
        assert!(refused.to_string().contains("of the clock"), "{refused}");
    }
}

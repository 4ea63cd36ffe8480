//! The check that nothing was lost or counted twice between two relations.

use ml_core::Audit;

use crate::quote::literal;

/// A number that must be the same on both sides: an aggregate over each.
#[derive(Debug)]
pub(crate) struct Sum {
    pub(crate) name: String,
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl Sum {
    pub(crate) fn rows() -> Self {
        Sum {
            name: String::from("rows"),
            expected: String::from("count(*)"),
            found: String::from("count(*)"),
        }
    }
}

/// Returns the sums that differ, exactly; each side is read once.
pub(crate) fn audit(
    name: &str,
    source: &str,
    target: &str,
    sums: impl IntoIterator<Item = Sum>,
) -> Audit {
    let sums: Vec<Sum> = sums.into_iter().collect();
    let side = |expr: fn(&Sum) -> &String| {
        let columns = sums.iter().enumerate();
        let columns =
            columns.map(|(n, sum)| format!("coalesce({}, 0)::numeric AS sum_{n}", expr(sum)));
        columns.collect::<Vec<_>>().join(", ")
    };
    let compared = sums.iter().enumerate();
    let compared = compared
        .map(|(n, sum)| format!("({}, expected.sum_{n}, found.sum_{n})", literal(&sum.name)));
    let sql = format!(
        "WITH expected AS (
    SELECT {} FROM {source} AS source
),
found AS (
    SELECT {} FROM {target} AS target
)
SELECT compared.*
FROM expected
CROSS JOIN found
CROSS JOIN LATERAL (
    VALUES
    {}
) AS compared (measure, expected, found)
WHERE compared.expected IS DISTINCT FROM compared.found",
        side(|sum| &sum.expected),
        side(|sum| &sum.found),
        compared.collect::<Vec<_>>().join(",\n    ")
    );
    Audit::new(format!("{name}.reconciles"), sql)
}

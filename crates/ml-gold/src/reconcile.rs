//! The check that nothing was lost or counted twice between two relations.

use ml_core::Audit;

use crate::column::{Column, ROW_ID};
use crate::difference::equal;
use crate::quote::{list, literal, quoted};
use crate::table::Table;

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

/// Returns what differs, by the query `differing`, where one of the sums does, exactly. Each side is read once, and the
/// query is not asked where they agree.
pub(crate) fn audit(
    name: &str,
    source: &str,
    target: &str,
    sums: impl IntoIterator<Item = Sum>,
    differing: &str,
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
SELECT differing.differs
FROM (
{differing}
) AS differing
WHERE EXISTS (
    SELECT
    FROM expected
    CROSS JOIN found
    CROSS JOIN LATERAL (
        VALUES
        {}
    ) AS compared (measure, expected, found)
    WHERE compared.expected IS DISTINCT FROM compared.found
)",
        side(|sum| &sum.expected),
        side(|sum| &sum.found),
        compared.collect::<Vec<_>>().join(",\n        ")
    );
    Audit::new(format!("{name}.reconciles"), sql)
}

/// What is compared row by row: the identity, and the measures by their names.
struct Compared<'a> {
    names: Vec<&'a str>,
    /// As selected from the source.
    expected: String,
    /// As selected from the target.
    found: String,
}

impl<'a> Compared<'a> {
    fn of(measures: impl Iterator<Item = &'a Column>) -> Self {
        let measures: Vec<&Column> = measures.collect();
        let names: Vec<&str> = measures.iter().map(|measure| &*measure.name).collect();
        let expected = measures.iter().map(|measure| measure.selected());
        let expected: Vec<String> = [quoted(ROW_ID)].into_iter().chain(expected).collect();
        Compared {
            expected: expected.join(", "),
            found: list([ROW_ID].into_iter().chain(names.iter().copied())),
            names,
        }
    }
}

/// A query for the rows of which a measure is not what the source has, or that only one of the two has.
pub(crate) fn rows<'a>(
    source: &str,
    target: &str,
    measures: impl Iterator<Item = &'a Column>,
) -> String {
    let Compared {
        names,
        expected,
        found,
    } = Compared::of(measures);
    let id = quoted(ROW_ID);
    format!(
        "WITH expected AS (
    SELECT {}, true AS \"_is\" FROM {source} AS source
),
found AS (
    SELECT {found}, true AS \"_is\" FROM {target} AS target
)
SELECT concat('row ', coalesce(expected.{id}, found.{id}), ': ', {}) AS differs
FROM expected
FULL JOIN found ON found.{id} = expected.{id}
WHERE ROW(expected.\"_is\"{}) IS DISTINCT FROM ROW(found.\"_is\"{})",
        expected,
        said(&names),
        further("expected", &names),
        further("found", &names)
    )
}

/// The same for rows of the source that were touched, and for those that are `gone` from it: each is looked for in the
/// target, once.
pub(crate) fn touched<'a>(
    source: &str,
    gone: &str,
    target: &str,
    measures: impl Iterator<Item = &'a Column>,
) -> String {
    let Compared {
        names,
        expected,
        found,
    } = Compared::of(measures);
    let id = quoted(ROW_ID);
    format!(
        "WITH expected AS (
    SELECT {}, true AS \"_is\" FROM {source} AS source
    UNION ALL
    SELECT gone.{id}{}, NULL FROM {gone} AS gone
)
SELECT concat('row ', expected.{id}, ': ', {}) AS differs
FROM expected
LEFT JOIN (SELECT {found}, true AS \"_is\" FROM {target} AS target) AS found ON found.{id} = expected.{id}
WHERE ROW(expected.\"_is\"{}) IS DISTINCT FROM ROW(found.\"_is\"{})",
        expected,
        ", NULL".repeat(names.len()),
        said(&names),
        further("expected", &names),
        further("found", &names)
    )
}

/// The check that is such a query.
pub(crate) fn named(name: &str, differing: String) -> Audit {
    Audit::new(format!("{name}.reconciles"), differing)
}

/// Groups as they should be and as they are.
pub(crate) struct Groups<'a> {
    /// CTEs of which the last is `expected`.
    pub(crate) expected: &'a str,
    pub(crate) found: &'a str,
    pub(crate) groups: &'a [&'a str],
    pub(crate) sums: &'a [&'a str],
    pub(crate) emptied: Emptied<'a>,
}

/// What tells of a group that it is to be gone.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Emptied<'a> {
    /// A count that is 0.
    Count(&'a str),
    /// That it is not among those that are expected.
    Absence,
    /// Nothing.
    Unsaid,
}

impl<'a> Emptied<'a> {
    /// By a count, if there is one.
    pub(crate) fn by(count: Option<&'a str>, otherwise: Emptied<'a>) -> Self {
        count.map_or(otherwise, Emptied::Count)
    }
}

/// The same for all rows of a table, as its model computes them: `fresh` are CTEs of which the last is named so.
pub(crate) fn all(fresh: &str, table: &Table, sums: &[&str], count: Option<&str>) -> String {
    let key: Vec<&str> = table.key.iter().map(String::as_str).collect();
    let columns = list(key.iter().chain(sums).copied());
    groups(&Groups {
        expected: &format!("{fresh},\nexpected AS (SELECT {columns} FROM fresh)"),
        found: &table.quoted(),
        groups: &key,
        sums,
        emptied: Emptied::by(count, Emptied::Absence),
    })
}

/// A query for the groups of which a sum is not as it should be, or that are there without a fact.
pub(crate) fn groups(touched: &Groups<'_>) -> String {
    let Groups {
        expected,
        found,
        groups,
        sums,
        emptied,
    } = touched;
    let differ = sums.iter().map(|sum| {
        let sum = quoted(sum);
        format!("coalesce(found.{sum}, 0) <> coalesce(expected.{sum}, 0)")
    });
    let first = quoted(groups[0]);
    let emptied = match emptied {
        Emptied::Count(count) => {
            let count = format!("coalesce(expected.{}, 0)", quoted(count));
            Some(format!(
                "{count} < 0 OR ({count} = 0) <> (found.{first} IS NULL)"
            ))
        }
        Emptied::Absence => Some(format!(
            "(expected.{first} IS NULL) <> (found.{first} IS NULL)"
        )),
        Emptied::Unsaid => None,
    };
    let key = groups.iter().map(|group| {
        let group = quoted(group);
        format!("coalesce(expected.{group}, found.{group})")
    });
    format!(
        "{expected}
SELECT concat(concat_ws(', ', {}), ': ', {}) AS differs
FROM expected
FULL JOIN {found} AS found ON {}
WHERE {}",
        key.collect::<Vec<_>>().join(", "),
        said(sums),
        equal("found", "expected", groups.iter().copied()),
        differ.chain(emptied).collect::<Vec<_>>().join(" OR ")
    )
}

/// What two rows called `expected` and `found` have, in words.
fn said(names: &[&str]) -> String {
    let said = names.iter().map(|name| {
        let column = quoted(name);
        format!(
            "CASE WHEN expected.{column} IS DISTINCT FROM found.{column} THEN concat({}, ' ', coalesce(expected.{column}::text, 'none'), \
             ' expected, ', coalesce(found.{column}::text, 'none'), ' found') END"
        , literal(name))
    });
    let said: Vec<String> = said.collect();
    match said.is_empty() {
        true => String::from("'only on one side'"),
        false => format!("concat_ws('; ', {})", said.join(", ")),
    }
}

fn further(alias: &str, names: &[&str]) -> String {
    let names = names
        .iter()
        .map(|name| format!(", {alias}.{}", quoted(name)));
    names.collect()
}

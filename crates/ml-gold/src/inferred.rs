//! Members that facts know of before their dimension does.

use ml_core::{Error, Result, Type};

use crate::column::{Column, Null, typed};
use crate::live::live;
use crate::model::Model;
use crate::quote::{list, quoted};
use crate::{Dimension, Fact, history};

/// Says of a member that only facts know of it.
pub(crate) const IS_INFERRED: &str = "is_inferred";

/// Where a key is found that may have no member yet: the rows of a fact, and the expressions of the key over them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    relation: String,
    by: Vec<String>,
}

/// The dimensions, each knowing which facts may be ahead of it.
pub(crate) fn announced(dimensions: &[Dimension], facts: &[Fact]) -> Result<Vec<Dimension>> {
    let mut dimensions = dimensions.to_vec();
    for fact in facts {
        for reference in fact.references.iter().filter(|r| r.infers()) {
            let named = dimensions.iter_mut().find(|d| reference.means(d));
            // A reference to nothing is refused where the fact is made.
            let Some(dimension) = named else { continue };
            if !dimension.can_infer() {
                return Err(Error::contract(format!(
                    "{} infers members of {}, which are days or combinations: take inferred() away",
                    fact.name(),
                    dimension.name()
                )));
            }
            let wanted = Wanted {
                relation: live(fact.source()),
                by: reference.exprs().to_vec(),
            };
            if !dimension.wanted.contains(&wanted) {
                dimension.wanted.push(wanted);
            }
        }
    }
    Ok(dimensions)
}

/// The model with a member for each key that facts know and the dimension's source does not.
///
/// Whether a member is inferred follows from what is in silver, so a rebuild infers the same ones. One that is completed
/// later is the same row with another content, and keeps its surrogate key.
pub(crate) fn complete(dimension: &Dimension, mut model: Model) -> Result<Model> {
    if dimension.wanted.is_empty() {
        return Ok(model);
    }
    let known = list(model.table.names());
    let own = Column::new(IS_INFERRED, Type::Bool, "false");
    model.table.columns.push(own);
    model.table = model.table.checked()?;
    let columns = &model.table.columns;
    let values: Result<Vec<&str>> = columns.iter().map(|c| stand_in(dimension, c)).collect();
    let values = values?;
    let keys = dimension.keys();
    let is_key = |column: &Column| keys.iter().any(|key| key.name == column.name);
    let inferred = columns.iter().zip(&values).map(|(column, value)| {
        let name = column.quoted();
        match column.name.as_str() {
            IS_INFERRED => format!("true AS {name}"),
            _ if is_key(column) => format!("wanted.{name}"),
            _ => format!("({value})::{} AS {name}", typed(column.ty)),
        }
    });
    let equal = keys.iter().map(|key| {
        let key = key.quoted();
        format!("completed.{key} = wanted.{key}")
    });
    let fresh = format!(
        "WITH completed AS (
{own}
SELECT {known} FROM fresh
),
wanted AS (
    {wanted}
),
fresh AS (
    SELECT {known}, false AS {flag}
    FROM completed
    UNION ALL
    SELECT {inferred}
    FROM wanted
    WHERE {is_known} AND NOT EXISTS (SELECT FROM completed WHERE {equal})
)",
        own = model.fresh,
        wanted = wanted(dimension, &keys),
        flag = quoted(IS_INFERRED),
        inferred = inferred.collect::<Vec<_>>().join(", "),
        is_known = dimension.is_known()?,
        equal = equal.collect::<Vec<_>>().join(" AND "),
    );
    model.install = vec![dimension.unknown(&model.table, &values)];
    model.fresh = fresh;
    Ok(model)
}

/// `UNION` leaves one of each key.
fn wanted(dimension: &Dimension, keys: &[Column]) -> String {
    let each = dimension.wanted.iter().map(|wanted| {
        let by = keys.iter().zip(&wanted.by);
        let by = by.map(|(key, expr)| Column::new(&*key.name, key.ty, &**expr).selected());
        format!(
            "SELECT {} FROM {} AS source",
            by.collect::<Vec<_>>().join(", "),
            wanted.relation
        )
    });
    let each: Vec<String> = each.collect();
    match each.as_slice() {
        [one] => one.replacen("SELECT", "SELECT DISTINCT", 1),
        several => several.join("\n    UNION\n    "),
    }
}

/// What a column has of which nothing is known, as in the unknown member.
fn stand_in(dimension: &Dimension, column: &Column) -> Result<&'static str> {
    match column.name.as_str() {
        IS_INFERRED => Ok("false"),
        _ if column.null == Null::Allowed => Ok("NULL"),
        _ if dimension.history().is_some() => history::unknown(column, dimension.name()),
        _ => column.unknown(dimension.name()),
    }
}

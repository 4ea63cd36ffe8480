use ml_core::{Audit, Result, Statement};

use super::counted::Side;
use super::facts::Facts;
use super::{Parts, members};
use crate::Aggregate;
use crate::column::Column;
use crate::difference::{equal, of};
use crate::model::Model;
use crate::quote::{list, quoted};
use crate::reconcile::{self, Emptied};
use crate::reference::Lookup;
use crate::renewal::{any_doubt, is_incremental};
use crate::roles;
use crate::table::Table;

/// The groups of an aggregate that touched facts are in, or were.
pub(super) struct Groups<'a> {
    aggregate: &'a Aggregate,
    model: &'a Model,
    /// The touched facts, as they were and as they are to be.
    pub(super) was: String,
    pub(super) now: String,
    /// Their identities.
    pub(super) ids: String,
    pub(super) fact: &'a Table,
    pub(super) lookups: Vec<(Lookup<'a>, &'a Table)>,
    /// The same, as they are joined.
    roles: (Vec<Lookup<'a>>, Vec<&'a Table>),
}

impl<'a> Groups<'a> {
    /// The incremental renewal of an aggregate over a fact, unless it is renewed in full.
    pub(super) fn of(
        aggregate: &'a Aggregate,
        model: &'a Model,
        facts: Option<&Facts<'a>>,
        parts: &'a Parts<'a>,
    ) -> Result<Option<Self>> {
        let exprs = model.table.columns.iter().map(|column| &*column.expr);
        let full = format!("{} is refreshed in full", aggregate.over());
        let doubt = facts.is_none().then_some(full);
        let doubt = doubt.or_else(|| any_doubt(exprs));
        let incremental = is_incremental(aggregate.name(), aggregate.renewal, doubt)?;
        let Some(facts) = facts.filter(|_| incremental) else {
            return Ok(None);
        };
        Ok(Some(Groups {
            aggregate,
            model,
            was: facts.was(),
            now: facts.now(),
            ids: facts.ids(),
            fact: facts.table(),
            lookups: parts.lookups(facts.fact)?,
            roles: parts.lookups(facts.fact)?.into_iter().unzip(),
        }))
    }

    pub(super) fn table(&self) -> &Table {
        &self.model.table
    }

    pub(super) fn part(&self) -> String {
        self.table().beside("part")
    }

    fn held(&self) -> String {
        self.table().beside("held")
    }

    /// The names of the groups.
    pub(super) fn groups(&self) -> Vec<&str> {
        self.table().key.iter().map(String::as_str).collect()
    }

    pub(super) fn addends(&self) -> Vec<&Column> {
        self.aggregate.addends(self.table())
    }

    /// The condition for rows of a relation with the names of the groups.
    fn touched(&self) -> String {
        let groups = list(self.groups());
        format!("({groups}) IN (SELECT {groups} FROM {})", self.part())
    }

    /// What the touched facts count for before anything is written.
    pub(super) fn take_away(&self) -> Vec<Statement> {
        let table = self.table();
        let columns = table.columns[..self.groups().len()].iter();
        let columns = columns.chain(self.addends()).map(Column::definition);
        let part = format!(
            "CREATE TEMPORARY TABLE {} (\n    {}\n) ON COMMIT DROP",
            self.part(),
            columns.collect::<Vec<_>>().join(",\n    ")
        );
        let mut steps: Vec<Statement> = Vec::new();
        if let (Some(further), ids) = (self.further(), self.further_ids()) {
            let sql = format!(
                "CREATE TEMPORARY TABLE {ids} ON COMMIT DROP AS
SELECT further.\"_row_id\"
FROM (
{further}
) AS further
WHERE NOT EXISTS (SELECT FROM {} AS touched WHERE touched.\"_row_id\" = further.\"_row_id\")",
                self.ids
            );
            steps.push(table.statement("further facts", sql));
            let statistics = format!("ANALYZE {ids}");
            steps.push(table.statement("statistics of the further facts", statistics));
        }
        steps.push(table.statement("what came and went", part));
        steps.push(table.statement("what went", self.count(&Side::Went)));
        steps
    }

    pub(super) fn joined(&self, facts: &str) -> String {
        roles::joined(facts, &self.roles.0, &self.roles.1)
    }

    pub(super) fn ordinals(&self) -> String {
        let ordinals = (1..=self.groups().len()).map(|n| n.to_string());
        ordinals.collect::<Vec<_>>().join(", ")
    }

    /// Finds what differs in the touched groups, once the facts are written.
    pub(super) fn differ(&self) -> Vec<Statement> {
        let (table, part, held) = (self.table(), self.part(), self.held());
        let addends = self.addends();
        let names = addends.iter().map(|column| &*column.name);
        let kept = format!(
            "CREATE TEMPORARY TABLE {held} ON COMMIT DROP AS\nSELECT {}\nFROM {}\nWHERE {}",
            list(self.groups().into_iter().chain(names)),
            table.quoted(),
            self.touched()
        );
        let fresh = match self.aggregate.is_additive() {
            true => self.added(),
            false => self.again(),
        };
        let mut steps = vec![
            table.statement("what came", self.count(&Side::Came)),
            table.statement(
                "statistics of what came and went",
                format!("ANALYZE {part}"),
            ),
            table.statement("groups as they were", kept),
            table.statement("statistics of the groups", format!("ANALYZE {held}")),
        ];
        let touched = table.rows_where(&self.touched());
        steps.extend(table.differ_from(&fresh, &format!("{touched} AS touched")));
        steps
    }

    /// CTEs of which the last, `expected`, has what each group had and what it got and lost.
    fn expected(&self) -> String {
        let groups = self.groups();
        let addends = self.addends();
        let sums = addends.iter().map(|column| {
            let name = column.quoted();
            format!("sum({name}) AS {name}")
        });
        let totals = addends.iter().map(|column| {
            let name = column.quoted();
            format!("coalesce(held.{name}, 0) + change.{name} AS {name}")
        });
        let sums = groups.iter().map(|name| quoted(name)).chain(sums);
        let own = groups.iter().map(|name| format!("change.{}", quoted(name)));
        format!(
            "WITH change AS (
    SELECT {}
    FROM {}
    GROUP BY {}
),
expected AS (
    SELECT {}
    FROM change
    LEFT JOIN {} AS held ON {}
)",
            sums.collect::<Vec<_>>().join(", "),
            self.part(),
            list(groups.iter().copied()),
            own.chain(totals).collect::<Vec<_>>().join(", "),
            self.held(),
            equal("held", "change", groups.iter().copied())
        )
    }

    /// A group without facts is none.
    fn added(&self) -> String {
        let columns = self.table().columns.iter();
        let columns = columns.map(|column| {
            let name = column.quoted();
            format!("{name}::{} AS {name}", crate::column::typed(column.ty))
        });
        let counts = self.aggregate.counts().take(1);
        let counted = counts.map(|name| format!("{} <> 0", quoted(name)));
        format!(
            "{},\nfresh AS (\n    SELECT {}\n    FROM expected\n    WHERE {}\n)",
            self.expected(),
            columns.collect::<Vec<_>>().join(", "),
            counted.collect::<String>()
        )
    }

    /// All facts of the touched groups, which an index finds where the groups are columns of a dimension.
    fn again(&self) -> String {
        let columns = self.table().columns.iter().map(Column::selected);
        let groups = self.table().columns[..self.groups().len()].iter();
        let values = groups.map(Column::value).collect::<Vec<_>>();
        let found = format!(
            "({}) IN (SELECT {} FROM {})",
            values.join(", "),
            list(self.groups()),
            self.part()
        );
        let lookups = self.lookups.iter();
        let narrowed = lookups.filter_map(|(lookup, dimension)| self.narrowed(lookup, dimension));
        let conditions: Vec<String> = [found].into_iter().chain(narrowed).collect();
        format!(
            "WITH fresh AS (\n    SELECT\n        {}\n    FROM {}\n    WHERE {}\n    GROUP BY {}\n)",
            columns.collect::<Vec<_>>().join(",\n        "),
            self.joined(&self.fact.quoted()),
            conditions.join("\n        AND "),
            self.ordinals()
        )
    }

    /// The keys of the members that touched groups have in them, where columns of the dimension are groups.
    fn narrowed(&self, lookup: &Lookup<'_>, dimension: &Table) -> Option<String> {
        let columns = self.table().columns[..self.groups().len()].iter();
        let of_it: Vec<(&str, &str)> = columns
            .filter_map(|group| Some((member_column(group, lookup, dimension)?, &*group.name)))
            .collect();
        let (columns, groups): (Vec<&str>, Vec<&str>) = of_it.into_iter().unzip();
        let (key, column) = (lookup.dimension.surrogate(), &lookup.column);
        (!columns.is_empty()).then(|| {
            format!(
                "fact.{} IN (SELECT member.{} FROM {} AS member WHERE ({}) IN (SELECT {} FROM {}))",
                quoted(column),
                quoted(&key),
                dimension.quoted(),
                of("member", columns),
                list(groups),
                self.part()
            )
        })
    }

    /// Group by group, that each is what it was with what it got and lost.
    pub(super) fn check(&self) -> Option<Audit> {
        let addends = self.addends();
        let names: Vec<&str> = addends.iter().map(|column| &*column.name).collect();
        let count = self.aggregate.counts().next();
        (!names.is_empty()).then(|| {
            let touched = self.table().rows_where(&self.touched());
            let differing = reconcile::groups(&reconcile::Groups {
                expected: &self.expected(),
                found: &touched,
                groups: &self.groups(),
                sums: &names,
                emptied: Emptied::by(count, Emptied::Unsaid),
            });
            reconcile::named(self.aggregate.name(), differing)
        })
    }
}

/// The column of the dimension that a group is, if it is no more than that.
fn member_column<'t>(group: &Column, lookup: &Lookup<'_>, dimension: &'t Table) -> Option<&'t str> {
    let (role, name) = group.expr.trim().split_once('.')?;
    let (role, name) = (crate::grain::column(role)?, crate::grain::column(name)?);
    let is_it = |column: &&Column| column.name == name && column.ty == group.ty;
    let column = dimension.columns.iter().find(is_it)?;
    (role == lookup.role()).then_some(&*column.name)
}

/// The parts of the warehouse that a fact is about.
impl<'a> Parts<'a> {
    pub(super) fn lookups(&'a self, fact: &'a crate::Fact) -> Result<Vec<(Lookup<'a>, &'a Table)>> {
        let lookups = fact.lookups(self.all)?;
        let tables = lookups.into_iter().filter_map(|lookup| {
            let mut models = self.dimensions.iter();
            let is_its =
                |(dimension, _): &&(&crate::Dimension, &Model)| members::is_of(&lookup, dimension);
            let table = models.find(is_its).map(|(_, model)| &model.table)?;
            Some((lookup, table))
        });
        Ok(tables.collect())
    }
}

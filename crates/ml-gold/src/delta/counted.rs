use super::groups::Groups;
use crate::column::Column;
use crate::difference::of;
use crate::quote::{list, quoted};
use crate::reference::Lookup;
use crate::renewal::is_whole;
use crate::table::Table;

/// What a fact counts for in the sums of what came and went.
pub(super) enum Side {
    Came,
    Went,
}

/// The facts that count for the touched groups.
impl Groups<'_> {
    /// Adds the touched facts up by group.
    pub(super) fn count(&self, side: &Side) -> String {
        let table = self.table();
        let groups = table.columns[..self.groups().len()].iter();
        let groups = groups.map(Column::selected);
        let addends = self.addends();
        let sums = addends.iter().map(|column| match side {
            Side::Came => column.selected(),
            Side::Went => format!("-{} AS {}", column.value(), column.quoted()),
        });
        let names = addends.iter().map(|column| &*column.name);
        format!(
            "INSERT INTO {} ({})
SELECT
    {}
FROM {}
GROUP BY {}",
            self.part(),
            list(self.groups().into_iter().chain(names)),
            groups.chain(sums).collect::<Vec<_>>().join(",\n    "),
            self.counted(side),
            self.ordinals()
        )
    }

    /// Facts of members of which an attribute changes that the aggregate uses.
    pub(super) fn further(&self) -> Option<String> {
        let further = self.lookups.iter().filter_map(|(lookup, dimension)| {
            let used = self.used(lookup, dimension);
            (!used.is_empty()).then(|| {
                format!(
                    "SELECT fact.\"_row_id\"
FROM {} AS diff
JOIN {} AS member ON {}
JOIN {} AS fact ON fact.{} = member.{}
WHERE diff.\"_change\" = 'update' AND ROW({}) IS DISTINCT FROM ROW({})",
                    dimension.temporary(),
                    dimension.quoted(),
                    dimension.matched("member", "diff"),
                    self.fact.quoted(),
                    quoted(&lookup.column),
                    quoted(&lookup.dimension.surrogate()),
                    of("diff", used.iter().copied()),
                    of("member", used.iter().copied())
                )
            })
        });
        let further: Vec<String> = further.collect();
        (!further.is_empty()).then(|| further.join("\nUNION\n"))
    }

    /// The columns of a dimension that an expression may use: those whose name is in it, and all of them where it may
    /// take the row as a whole. Days never change.
    fn used<'t>(&self, lookup: &Lookup<'_>, dimension: &'t Table) -> Vec<&'t str> {
        if lookup.dimension.is_calendar() {
            return Vec::new();
        }
        let exprs = self.table().columns.iter();
        let exprs: Vec<String> = exprs.map(|column| column.expr.to_lowercase()).collect();
        let whole = exprs.iter().any(|expr| is_whole(expr, lookup.role()));
        let names = |name: &str| exprs.iter().any(|expr| expr.contains(&name.to_lowercase()));
        let is_used = |name: &str| match name {
            "valid_to" => names(name) || names("is_current"),
            _ => names(name) || name.contains('"'),
        };
        let columns = dimension.names().into_iter();
        let values = columns.filter(|name| !dimension.key.iter().any(|key| key == name));
        values.filter(|name| whole || is_used(name)).collect()
    }

    /// Facts that are not touched themselves.
    pub(super) fn further_ids(&self) -> String {
        self.table().beside("ids")
    }

    /// The facts that count, as `fact`, with their dimensions.
    fn counted(&self, side: &Side) -> String {
        let touched = match side {
            Side::Came => &self.now,
            Side::Went => &self.was,
        };
        let facts = match self.further() {
            None => touched.clone(),
            Some(_) => {
                let names = list(self.fact.names());
                format!(
                    "(
    SELECT {names} FROM {touched} AS touched
    UNION ALL
    SELECT {names} FROM {} WHERE \"_row_id\" IN (SELECT \"_row_id\" FROM {})
)",
                    self.fact.quoted(),
                    self.further_ids()
                )
            }
        };
        self.joined(&facts)
    }
}

use ml_core::{Error, Result, Type};

use crate::column::Column;
use crate::fact::Fact;
use crate::reference::Lookup;

/// Over what a measure may be added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Additivity {
    /// Over everything, as an amount.
    Additive,
    /// Over everything but these roles or columns of the fact, as a balance over everything but time.
    SemiAdditive {
        /// What it does not add up across: the role of a dimension (`date`), or a column of the fact (`period`).
        across: Vec<String>,
    },
    /// Over nothing, as a price or a share.
    NonAdditive,
}

impl Additivity {
    /// A balance: it adds up over everything but `across`.
    ///
    /// ```
    /// use ml_gold::Additivity;
    ///
    /// assert_eq!(Additivity::across("date"), Additivity::SemiAdditive { across: vec!["date".into()] });
    /// ```
    pub fn across(axis: impl Into<String>) -> Self {
        Additivity::SemiAdditive {
            across: vec![axis.into()],
        }
    }
}

impl Fact {
    /// A number and over what it adds up; an additive one is a [`measure`](Fact::measure). Others may be NULL, and are
    /// not reconciled, since their sums mean nothing.
    pub fn measured(
        mut self,
        name: impl Into<String>,
        ty: Type,
        expr: impl Into<String>,
        additivity: Additivity,
    ) -> Self {
        if additivity == Additivity::Additive {
            return self.measure(name, ty, expr);
        }
        let column = Column::new(name, ty, expr).nullable();
        self.partly.push((column.name.clone(), additivity));
        self.columns.push(column);
        self
    }

    /// The measure of this name, when it adds up over everything that `groups` group away.
    pub(crate) fn summable(
        &self,
        by: &str,
        name: &str,
        groups: &[Column],
        lookups: &[Lookup<'_>],
    ) -> Result<&Column> {
        if let Some(measure) = self.measures().find(|measure| measure.name == name) {
            return Ok(measure);
        }
        let of = self.name();
        let held = self.partly.iter().find(|(partly, _)| partly == name);
        let column = self.columns.iter().find(|column| column.name == name);
        let (Some((_, additivity)), Some(column)) = (held, column) else {
            return Err(Error::contract(format!(
                "{by} sums {name:?}, which is no measure of {of}"
            )));
        };
        let Additivity::SemiAdditive { across } = additivity else {
            return Err(Error::contract(format!(
                "{by} sums {name:?} of {of}, which is declared as not additive: say with measure() what it is instead, \
                 such as an average, or a sum divided by another"
            )));
        };
        if !matches!(column.ty, Type::Int4 | Type::Int8 | Type::Numeric) {
            return Err(Error::contract(format!(
                "{by} sums {name:?} of {of}, which is {} and does not add up exactly: make it numeric",
                column.ty
            )));
        }
        match across.iter().find(|axis| !holds(axis, groups, lookups)) {
            None => Ok(column),
            Some(axis) => Err(Error::contract(format!(
                "{by} sums {name:?} of {of}, which does not add up across {axis:?}: group by {}, or say with measure() \
                 what it is across them, such as an average",
                wanted(axis, lookups)
            ))),
        }
    }
}

/// Whether all facts of a group are of one member of the axis: what it is grouped by has its key, as it stands.
fn holds(axis: &str, groups: &[Column], lookups: &[Lookup<'_>]) -> bool {
    let grouped = |expr: &str| groups.iter().any(|group| plain(&group.expr) == expr);
    let Some(lookup) = lookups.iter().find(|lookup| lookup.role() == axis) else {
        return grouped(&format!("fact.{axis}"));
    };
    let dimension = lookup.dimension;
    grouped(&format!("fact.{}", lookup.column))
        || grouped(&format!("{axis}.{}", dimension.surrogate()))
        || (dimension.history().is_none()
            && dimension
                .keys()
                .iter()
                .all(|key| grouped(&format!("{axis}.{}", key.name))))
}

fn wanted(axis: &str, lookups: &[Lookup<'_>]) -> String {
    let lookup = lookups.iter().find(|lookup| lookup.role() == axis);
    let Some(lookup) = lookup.filter(|lookup| lookup.dimension.history().is_none()) else {
        return lookup.map_or_else(
            || format!("fact.{axis}"),
            |lookup| format!("fact.{}", lookup.column),
        );
    };
    let keys = lookup.dimension.keys();
    let keys: Vec<String> = keys.iter().map(|k| format!("{axis}.{}", k.name)).collect();
    keys.join(" and ")
}

/// An expression without quotes and blanks, to compare names by.
fn plain(expr: &str) -> String {
    expr.chars()
        .filter(|c| *c != '"' && !c.is_whitespace())
        .collect()
}

//! Dimensions that mean the same wherever they stand.

use ml_core::{Error, Result};

use crate::dimension::Identity;
use crate::{Dimension, Warehouse};

impl Dimension {
    /// Says that it agrees on key and grain with another dimension of the warehouse, over another source.
    pub fn conforms_to(mut self, dimension: impl Into<String>) -> Self {
        self.conforms = Some(dimension.into());
        self
    }

    fn grain(&self) -> &'static str {
        match (self.is_calendar(), self.history(), self.identity) {
            (true, _, _) => "a row per day",
            (_, Some(_), _) => "a row per key and span of time",
            (_, _, Identity::Combination) => "a row per combination of its attributes",
            _ => "a row per key",
        }
    }

    /// Refuses another one, which is to mean the same, when a fact could not be looked up in both alike.
    fn agrees(&self, here: &str, other: &Dimension, there: &str) -> Result<()> {
        let disagree = |what: String| {
            Err(Error::contract(format!(
                "{here} and {there} are to conform, but {what}: make them agree, or give them names of their own"
            )))
        };
        if self.grain() != other.grain() {
            return disagree(format!(
                "one has {} and the other {}",
                self.grain(),
                other.grain()
            ));
        }
        let (own, others) = (self.keys(), other.keys());
        if own.len() != others.len() {
            return disagree(format!(
                "the key of one has {} columns and that of the other {}",
                own.len(),
                others.len()
            ));
        }
        let pairs = own.iter().zip(&others);
        let mut odd = pairs.filter(|(a, b)| (a.ty, &a.name) != (b.ty, &b.name));
        match odd.next() {
            Some((a, b)) => disagree(format!(
                "a column of their keys is {} {} in one and {} {} in the other",
                a.name, a.ty, b.name, b.ty
            )),
            None => Ok(()),
        }
    }
}

impl Warehouse {
    /// Checks that dimensions of one name in two warehouses agree on key and grain, so that their facts can be compared.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) that says which dimension differs and in what.
    pub fn conforms_with(&self, other: &Warehouse) -> Result<()> {
        for dimension in &self.dimensions {
            let twin = other.dimensions.iter();
            let twin = twin.into_iter().find(|d| d.name() == dimension.name());
            let Some(twin) = twin else { continue };
            let here = format!("{}.{}", self.name, dimension.name());
            let there = format!("{}.{}", other.name, twin.name());
            dimension.agrees(&here, twin, &there)?;
        }
        Ok(())
    }

    /// The same of dimensions of this one that say so.
    pub(crate) fn check_conformed(&self) -> Result<()> {
        for dimension in &self.dimensions {
            let Some(name) = &dimension.conforms else {
                continue;
            };
            let other = self.dimensions.iter().find(|d| d.name() == name);
            let other = other.ok_or_else(|| {
                Error::contract(format!(
                    "{} is to conform to {name:?}, which is no dimension of the warehouse",
                    dimension.name()
                ))
            })?;
            dimension.agrees(dimension.name(), other, name)?;
        }
        Ok(())
    }
}

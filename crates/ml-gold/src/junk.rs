//! Dimensions of combinations: flags and codes that have no key of their own.

use ml_core::{Dataset, Error, Result, Type};

use crate::Dimension;
use crate::column::Column;
use crate::dimension::Identity;

impl Dimension {
    /// A junk dimension: a row per combination of its attributes that is in `source`, NULL being a value like others.
    ///
    /// Its natural key `<entity>_id` is a digest of the attributes, written the same on every server. A fact over the
    /// same source refers to it by nothing, any other by a value for each attribute, in their order; no fact is on the
    /// unknown member, since nothing is NULL in the digest.
    ///
    /// ```
    /// use ml_core::{Dataset, Type};
    /// use ml_gold::Dimension;
    ///
    /// let terms = Dimension::junk("dim_terms", Dataset::of("silver", "orders"))
    ///     .attribute("is_gift", Type::Bool, "is_gift")
    ///     .attribute("channel", Type::Text, "channel");
    /// # let _ = terms;
    /// ```
    pub fn junk(name: impl Into<String>, source: Dataset) -> Self {
        let mut dimension = Dimension::new(name, source);
        dimension.identity = Identity::Combination;
        dimension
    }

    /// The key of the combination that these expressions make.
    pub(crate) fn combination(&self, values: &[String]) -> Column {
        let attributes = self.attributes().iter().zip(values);
        let parts: Vec<String> = attributes
            .map(|(attribute, value)| canonical(&Column::new("", attribute.ty, &**value)))
            .collect();
        let digest = format!("md5(ROW({})::text)", parts.join(", "));
        Column::new(format!("{}_id", self.entity()), Type::Text, digest)
    }

    /// The key of its own rows.
    pub(crate) fn own_combination(&self) -> Column {
        let attributes = self.attributes().iter();
        let values: Vec<String> = attributes.map(|a| a.expr.clone()).collect();
        self.combination(&values)
    }

    /// The values by which a fact of `source` finds its row, `by` being those that it declares.
    pub(crate) fn sought(
        &self,
        fact: &str,
        source: Option<&Dataset>,
        by: &[String],
    ) -> Result<Vec<(Column, String)>> {
        let keys = self.keys();
        if self.identity == Identity::Keyed {
            return match keys.len() == by.len() {
                true => Ok(keys.into_iter().zip(by.iter().cloned()).collect()),
                false => Err(Error::contract(format!(
                    "{fact} finds {} by {} values, but its key has {}",
                    self.name(),
                    by.len(),
                    keys.len()
                ))),
            };
        }
        if by.is_empty() && source == Some(self.source()) {
            let key = self.own_combination();
            return Ok(vec![(key.clone(), key.expr)]);
        }
        let wanted = self.attributes().len();
        if by.len() != wanted {
            return Err(Error::contract(format!(
                "{fact} finds {} by {} values, but {wanted} attributes make its key: give one for each, in their order; \
                 none only where each row of the fact is a row of {}",
                self.name(),
                by.len(),
                self.source()
            )));
        }
        let key = self.combination(by);
        Ok(vec![(key.clone(), key.expr)])
    }
}

/// The value as all that equal it are written, whatever the session's settings.
fn canonical(column: &Column) -> String {
    let value = column.value();
    match column.ty {
        Type::Numeric => format!("trim_scale({value})"),
        // There is a zero below zero.
        Type::Float8 => format!("{value} + 0"),
        Type::Date | Type::Timestamp | Type::Timestamptz => format!("extract(epoch FROM {value})"),
        Type::Text | Type::Bool | Type::Int4 | Type::Int8 => value,
    }
}

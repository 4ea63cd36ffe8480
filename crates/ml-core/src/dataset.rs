use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, Ident, Result};

/// A named relation: schema (its layer) and table.
///
/// ```
/// let orders: ml_core::Dataset = "bronze.orders".parse()?;
/// assert_eq!(orders.to_string(), "bronze.orders");
/// assert_eq!(orders.quoted(), r#""bronze"."orders""#);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Dataset {
    schema: Ident,
    table: Ident,
}

impl Dataset {
    /// A dataset known at compile time.
    ///
    /// # Panics
    /// When a name is empty or above 63 bytes; in a constant that is a compile error.
    pub const fn of(schema: &'static str, table: &'static str) -> Self {
        Dataset {
            schema: Ident::of(schema),
            table: Ident::of(table),
        }
    }

    /// The schema, which is the layer's name.
    pub fn schema(&self) -> &Ident {
        &self.schema
    }

    /// The table's name.
    pub fn table(&self) -> &Ident {
        &self.table
    }

    /// The relation beside it whose name has `ending` after its own.
    ///
    /// # Errors
    /// [`Contract`](crate::Kind::Contract) when that name is above 63 bytes.
    pub fn beside(&self, ending: &str) -> Result<Self> {
        Ok(Dataset {
            schema: self.schema.clone(),
            table: Ident::new(format!("{}{ending}", self.table.as_str()))?,
        })
    }

    /// `"schema"."table"`, ready for a statement.
    pub fn quoted(&self) -> String {
        format!("{}.{}", self.schema, self.table)
    }
}

impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema.as_str(), self.table.as_str())
    }
}

impl FromStr for Dataset {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self> {
        let (schema, table) = name.split_once('.').ok_or_else(|| {
            Error::contract(format!("{name:?} is not a dataset: expected schema.table"))
        })?;
        if table.contains('.') {
            let what = "its names must not have a dot in them";
            return Err(Error::contract(format!(
                "{name:?} is not a dataset: {what}"
            )));
        }
        Ok(Dataset {
            schema: Ident::new(schema)?,
            table: Ident::new(table)?,
        })
    }
}

impl TryFrom<String> for Dataset {
    type Error = Error;
    fn try_from(name: String) -> Result<Self> {
        name.parse()
    }
}

impl From<Dataset> for String {
    fn from(dataset: Dataset) -> String {
        dataset.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    #[test]
    fn is_written_as_it_is_read() {
        let orders: Dataset = "bronze.daily orders".parse().unwrap();
        assert_eq!(orders, Dataset::of("bronze", "daily orders"));
        assert_eq!(orders.to_string(), "bronze.daily orders");
        assert_eq!(orders.quoted(), r#""bronze"."daily orders""#);
        let json = serde_json::to_string(&orders).unwrap();
        assert_eq!(json, r#""bronze.daily orders""#);
        assert_eq!(serde_json::from_str::<Dataset>(&json).unwrap(), orders);
    }

    #[test]
    fn a_neighbour_has_the_name_and_an_ending_in_the_same_schema() {
        let orders = Dataset::of("silver", "orders");
        let versions = orders.beside("_version").unwrap();
        assert_eq!(versions, Dataset::of("silver", "orders_version"));
        assert_eq!(
            (versions.schema(), versions.table().as_str()),
            (orders.schema(), "orders_version")
        );
        let error = orders.beside(&"x".repeat(58)).unwrap_err();
        assert_eq!(error.kind(), Kind::Contract);
    }

    #[test]
    fn what_is_no_schema_and_table_is_refused() {
        for name in ["orders", "", ".", "bronze.", ".orders", "a.b.c"] {
            let error = name.parse::<Dataset>().unwrap_err();
            assert_eq!(error.kind(), Kind::Contract, "{name}");
            assert!(
                serde_json::from_str::<Dataset>(&format!("{name:?}")).is_err(),
                "{name}"
            );
        }
        let error = "a.b.c".parse::<Dataset>().unwrap_err();
        assert!(error.to_string().contains("must not have a dot"), "{error}");
    }
}

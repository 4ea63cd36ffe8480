use serde::{Deserialize, Serialize};

use crate::{Dialect, Ndjson};

/// In which form records are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Form {
    /// Delimited fields.
    Csv(Dialect),
    /// One JSON object a line.
    Ndjson(Ndjson),
}

/// CSV as in RFC 4180.
impl Default for Form {
    fn default() -> Self {
        Form::Csv(Dialect::csv())
    }
}

impl From<Dialect> for Form {
    fn from(dialect: Dialect) -> Self {
        Form::Csv(dialect)
    }
}

impl From<Ndjson> for Form {
    fn from(ndjson: Ndjson) -> Self {
        Form::Ndjson(ndjson)
    }
}

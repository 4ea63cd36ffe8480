use ml_core::{Dataset, Result};
use tokio_postgres::types::Type;
use tokio_postgres::{Row, Transaction};

use crate::failure::Doing;

/// A view as its readers know it; without columns where there is none.
pub(crate) struct LiveView {
    pub(crate) columns: Vec<ViewColumn>,
    /// Those that replacing it would take away.
    pub(crate) options: Option<String>,
}

/// A column of a view.
pub(crate) struct ViewColumn {
    pub(crate) name: String,
    pub(crate) ty: String,
    /// Where it is not its type's own, quoted.
    pub(crate) collation: Option<String>,
}

impl LiveView {
    pub(crate) async fn find(tx: &Transaction<'_>, view: &Dataset) -> Result<Self> {
        let (schema, name) = (view.schema().as_str(), view.table().as_str());
        let rows = tx
            .query_typed(
                include_str!("../sql/view_columns.sql"),
                &[(&schema, Type::TEXT), (&name, Type::TEXT)],
            )
            .await
            .doing(format!("cannot look {view} up in the catalogue"))?;
        let column = |row: &Row| ViewColumn {
            name: row.get(0),
            ty: row.get(1),
            collation: row.get(2),
        };
        Ok(LiveView {
            columns: rows.iter().map(column).collect(),
            options: rows.first().and_then(|row| row.get(3)),
        })
    }
}

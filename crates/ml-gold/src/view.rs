use ml_core::{Error, Ident, Result, Statement};

use crate::quote::quoted;

/// A view of the warehouse: a name and one `SELECT`, with every table in it qualified by its schema.
///
/// ```
/// use ml_gold::{View, Warehouse};
///
/// let plan = Warehouse::new("gold").view(View::new("v_today", "SELECT current_date AS today")).render()?;
/// assert_eq!(plan.install[1].sql, "CREATE OR REPLACE VIEW \"gold\".\"v_today\" AS\nSELECT current_date AS today");
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    name: String,
    select: String,
    reads: Option<Vec<String>>,
}

impl View {
    /// A view by its query.
    pub fn new(name: impl Into<String>, select: impl Into<String>) -> Self {
        View {
            name: name.into(),
            select: select.into(),
            reads: None,
        }
    }

    /// Which tables and views of the warehouse it reads: it is made after them, wherever it is declared. Where this is
    /// said, it is compared with what the query names.
    pub fn reads<S: Into<String>>(mut self, parts: impl IntoIterator<Item = S>) -> Self {
        let reads = self.reads.get_or_insert_default();
        reads.extend(parts.into_iter().map(Into::into));
        self
    }

    pub(crate) fn declared(&self) -> Option<&Vec<String>> {
        self.reads.as_ref()
    }

    pub(crate) fn select(&self) -> &str {
        &self.select
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn render(&self, schema: &Ident) -> Result<Statement> {
        Ident::new(self.name.as_str())?;
        let select = self.select.trim().trim_end_matches(';').trim_end();
        if select.is_empty() {
            return Err(Error::contract(format!(
                "view {:?} needs a query",
                self.name
            )));
        }
        let name = quoted(&self.name);
        Ok(Statement::new(
            format!("{}: view", self.name),
            format!("CREATE OR REPLACE VIEW {schema}.{name} AS\n{select}"),
        ))
    }
}

use ml_core::{Dataset, Error, Result};

use crate::Database;
use crate::failure::Doing;
use crate::table::quoted;

impl Database {
    /// Reads a mapping that people keep in a table, such as the spellings of regions and their names: the pairs of two
    /// columns, as text and sorted. What is made of them, a `Conform` or a `CodeMap`, asks the database no more.
    ///
    /// ```no_run
    /// # async fn run(database: ml_pg::Database) -> ml_core::Result<()> {
    /// let kept = ml_core::Dataset::of("silver", "region_map");
    /// let pairs = database.mapping(&kept, ["spelling", "region"]).await?;
    /// # let _ = pairs; Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Storage`](ml_core::Kind::Storage) when there is no such table or column; [`Contract`](ml_core::Kind::Contract)
    /// when one of a pair is NULL.
    pub async fn mapping(
        &self,
        table: &Dataset,
        [from, to]: [&str; 2],
    ) -> Result<Vec<(String, String)>> {
        let query = format!(
            "SELECT {}::text, {}::text FROM {} ORDER BY 1, 2",
            quoted(from),
            quoted(to),
            table.quoted()
        );
        let doing = || format!("cannot read the mapping {table}");
        let client = self.client().await?;
        let rows = client.query_typed(&query, &[]).await.doing(doing())?;
        let pairs = rows
            .iter()
            .map(|row| row.get::<_, Option<_>>(0).zip(row.get(1)));
        pairs
            .collect::<Option<_>>()
            .ok_or_else(|| Error::contract(format!("{}: {from} or {to} is NULL in a row", doing())))
    }
}

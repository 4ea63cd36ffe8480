use std::collections::{BTreeMap, BTreeSet};

use ml_core::{Dataset, Error, Made, Origin, Plan, Result};
use tokio_postgres::Transaction;

use crate::cells::{Cells, cells, parameters, shown};
use crate::database::one_state;
use crate::failure::Doing;
use crate::trace;
use crate::{Database, Explained, Table};

/// Follows a row of a warehouse down to the records of the files it came from.
///
/// Tables of silver and bronze are made known by [`knowing`](Explain::knowing): their contracts say what is personal, in
/// them and in what is computed from them. Values of and from tables that are not known are covered.
///
/// ```no_run
/// # async fn run(database: ml_pg::Database, plan: ml_core::Plan, silver: ml_pg::Table) -> ml_core::Result<()> {
/// let explained = database.explain(&plan).knowing(&silver).row("fct_sales", &["42"]).await?;
/// if let Some(explained) = explained {
///     println!("{explained}");
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Explain<'a> {
    database: &'a Database,
    plan: &'a Plan,
    tables: BTreeMap<&'a Dataset, &'a Table>,
    most: u32,
}

impl Database {
    /// What rows of the warehouse of this plan are made of.
    pub fn explain<'a>(&'a self, plan: &'a Plan) -> Explain<'a> {
        Explain {
            database: self,
            plan,
            tables: BTreeMap::new(),
            most: 10,
        }
    }
}

impl<'a> Explain<'a> {
    /// Makes a table of silver or bronze known.
    pub fn knowing(mut self, table: &'a Table) -> Self {
        self.tables.insert(table.dataset(), table);
        self
    }

    /// How many of the rows that a row is made of are followed; 10 by default.
    pub fn most(mut self, rows: u32) -> Self {
        self.most = rows;
        self
    }

    /// The row of a model whose key is `key`, as text, in the order of the model's key; `None` where there is none.
    ///
    /// A fact's key is its `_row_id`, an aggregate's its groups, a dimension's its natural key and, where it has a
    /// history, `valid_from`. All is read in one snapshot.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when the plan has no such model, or its key has another number of columns;
    /// [`Storage`](ml_core::Kind::Storage) otherwise.
    #[tracing::instrument(name = "explain", skip_all, fields(model))]
    pub async fn row(&self, model: &str, key: &[&str]) -> Result<Option<Explained>> {
        let origin = self.origin(model)?;
        if origin.key.len() != key.len() {
            return Err(Error::contract(format!(
                "cannot explain a row of {model} by {} values: its key is {}",
                key.len(),
                origin.key.join(", ")
            )));
        }
        let mut lease = self.database.lease().await?;
        let (client, clean) = lease.open();
        let tx = one_state(client).await.doing("cannot begin to explain")?;
        let key: Vec<String> = key.iter().map(|value| (*value).to_owned()).collect();
        let personal = self.personal();
        let explained = self.model(&tx, origin, &key, &personal).await?;
        tx.rollback().await.doing("cannot end to explain")?;
        *clean = true;
        Ok(explained)
    }

    fn origin(&self, model: &str) -> Result<&'a Origin> {
        let found = self.plan.origins.iter().find(|o| o.model == model);
        found.ok_or_else(|| {
            let models: Vec<&str> = self.plan.origins.iter().map(|o| &*o.model).collect();
            Error::contract(format!(
                "cannot explain a row of {model:?}: {} has {}",
                self.plan.warehouse.as_str(),
                models.join(", ")
            ))
        })
    }

    /// By model, the columns with personal values: those that a personal name is in, in the order in which models are
    /// made of each other. By name only, so that what only looks personal is covered as well.
    fn personal(&self) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for table in self.tables.values() {
            let columns = table.contract.columns.iter();
            names.extend(columns.filter(|c| c.personal).map(|c| &*c.name));
        }
        let mut personal = BTreeMap::new();
        let mut opaque = BTreeSet::new();
        for origin in &self.plan.origins {
            let unknown = match &origin.of {
                Made::OfDataset(dataset) => !self.tables.contains_key(dataset),
                Made::OfModel(model) => opaque.contains(model.as_str()),
            };
            if unknown {
                opaque.insert(origin.model.as_str());
            }
            let any = !names.is_empty();
            let reveals = |name: &String| names.contains(name.as_str()) || (any && name == "*");
            let columns = origin.columns.iter();
            let covered = columns.filter(|c| unknown || c.from.iter().any(reveals));
            let covered: BTreeSet<&str> = covered.map(|column| &*column.name).collect();
            names.extend(covered.iter().copied());
            personal.insert(origin.model.as_str(), covered);
        }
        personal
    }

    async fn model(
        &self,
        tx: &Transaction<'_>,
        origin: &Origin,
        key: &[String],
        personal: &BTreeMap<&str, BTreeSet<&str>>,
    ) -> Result<Option<Explained>> {
        let cells = cells(tx, &origin.row, key, &origin.model).await?;
        if cells.is_empty() {
            return Ok(None);
        }
        let covered = personal.get(origin.model.as_str());
        let values = origin.columns.iter().map(|column| {
            let is_covered = covered.is_none_or(|covered| covered.contains(&*column.name));
            shown(&column.name, &cells, is_covered)
        });
        let (made_of, keys) = self.made_of(tx, origin, key).await?;
        let mut rows = Vec::with_capacity(keys.len());
        for key in &keys {
            let row = match &origin.of {
                Made::OfModel(model) => {
                    // A plan has as many models below each other as it has.
                    Box::pin(self.model(tx, self.origin(model)?, key, personal)).await?
                }
                Made::OfDataset(dataset) => self.silver(tx, dataset, key).await?,
            };
            rows.extend(row);
        }
        Ok(Some(Explained {
            table: format!("{}.{}", self.plan.warehouse.as_str(), origin.model),
            values: values.collect(),
            made_of,
            rows,
            record: None,
        }))
    }

    /// How many rows a row is made of, and the keys of the first.
    async fn made_of(
        &self,
        tx: &Transaction<'_>,
        origin: &Origin,
        key: &[String],
    ) -> Result<(u64, Vec<Vec<String>>)> {
        let query = format!(
            "SELECT count(*) OVER (), made.* FROM ({}) AS made LIMIT {}",
            origin.rows, self.most
        );
        let rows = tx.query_typed(&query, &parameters(key)).await;
        let rows = rows.doing(format!("cannot find what {} is made of", origin.model))?;
        let all = rows.first().map_or(0, |row| row.get::<_, i64>(0));
        let keys = rows.iter().map(|row| {
            let values = 1..row.len();
            values.map(|n| row.get::<_, String>(n)).collect()
        });
        Ok((all as u64, keys.collect()))
    }

    /// A row of silver, and the record it came in by.
    async fn silver(
        &self,
        tx: &Transaction<'_>,
        dataset: &Dataset,
        key: &[String],
    ) -> Result<Option<Explained>> {
        let query = format!(
            "SELECT cell.key, cell.value FROM {} AS \"_held\" CROSS JOIN LATERAL jsonb_each_text(to_jsonb(\"_held\")) AS cell \
             WHERE \"_held\".\"_row_id\" = $1::text::bigint",
            dataset.quoted()
        );
        let cells = cells(tx, &query, key, &dataset.to_string()).await?;
        if cells.is_empty() {
            return Ok(None);
        }
        let number = |name: &str| cells.get(name)?.as_deref()?.parse::<i64>().ok();
        let record = match (number("_load_id"), number("_record_no")) {
            (Some(load), Some(record)) => trace::record(tx, dataset, load, record).await?,
            _ => None,
        };
        let record = match (record, number("_load_id"), number("_record_no")) {
            (Some(mut traced), Some(load), Some(record)) => {
                traced.values = self.received(tx, &traced.dataset, load, record).await?;
                Some(traced)
            }
            _ => None,
        };
        Ok(Some(Explained {
            table: dataset.to_string(),
            values: self.known(dataset, &cells),
            made_of: 0,
            rows: Vec::new(),
            record,
        }))
    }

    /// The row of bronze, where its table is known.
    async fn received(
        &self,
        tx: &Transaction<'_>,
        dataset: &str,
        load: i64,
        record: i64,
    ) -> Result<Vec<(String, Option<String>)>> {
        let table = self
            .tables
            .keys()
            .find(|known| known.to_string() == dataset);
        let Some(dataset) = table else {
            return Ok(Vec::new());
        };
        let query = format!(
            "SELECT cell.key, cell.value FROM {} AS \"_held\" CROSS JOIN LATERAL jsonb_each_text(to_jsonb(\"_held\")) AS cell \
             WHERE \"_held\".\"_load_id\" = $1::text::bigint AND \"_held\".\"_record_no\" = $2::text::bigint",
            dataset.quoted()
        );
        let place = [load, record].map(|number| number.to_string());
        let cells = cells(tx, &query, &place, &dataset.to_string()).await?;
        match cells.is_empty() {
            true => Ok(Vec::new()),
            false => Ok(self.known(dataset, &cells)),
        }
    }

    /// The columns of a contract; all that is not known of is left out.
    fn known(&self, dataset: &Dataset, cells: &Cells) -> Vec<(String, Option<String>)> {
        let table = self.tables.get(dataset).into_iter();
        let columns = table.flat_map(|table| &table.contract.columns);
        columns
            .map(|column| shown(&column.name, cells, column.personal))
            .collect()
    }
}

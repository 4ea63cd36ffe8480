//! What a refresh does to its tables, counted by the server.

use std::collections::BTreeMap;
use std::time::Duration;

use ml_core::{Dataset, LoadId, Plan, Result};
use tokio_postgres::Transaction;
use tokio_postgres::types::Type;

use crate::ModelRun;
use crate::failure::Doing;
use crate::table::quoted;

const DOING: &str = "cannot take the metrics of a refresh";

/// The tables of a refresh, what the server had counted of them before it, and how long it has been at each.
pub(crate) struct Metrics {
    tables: Vec<Counted>,
    before: Vec<Counts>,
    took: BTreeMap<String, Duration>,
}

/// A table whose rows are counted.
struct Counted {
    name: String,
    schema: String,
    table: String,
    is_model: bool,
}

/// What was done to a table: rows inserted, updated, deleted and scanned, and what is dead in it.
#[derive(Clone, Copy)]
struct Counts([i64; 5]);

impl Metrics {
    /// Counting starts here: a session reports what it has done to the server's statistics a second later or so, and
    /// until then it is counted together.
    pub(crate) async fn start(tx: &Transaction<'_>, plan: &Plan) -> Result<Self> {
        let mut tables: Vec<Counted> = Vec::new();
        for model in plan.steps.iter().filter_map(|step| model_of(&step.label)) {
            if tables.iter().all(|table| table.name != model) {
                tables.push(Counted::model(plan, model));
            }
        }
        tables.extend(plan.sources.iter().map(Counted::source));
        let before = counts(tx, &tables).await?;
        Ok(Metrics {
            tables,
            before,
            took: BTreeMap::new(),
        })
    }

    /// Notes how long a step took.
    pub(crate) fn took(&mut self, label: &str, time: Duration) {
        if let Some(model) = model_of(label) {
            *self.took.entry(model.to_owned()).or_default() += time;
        }
    }

    /// What it came to, entered under the load; `warehouse` still says what the refresh before it came to.
    pub(crate) async fn enter(
        &self,
        tx: &Transaction<'_>,
        load: LoadId,
        warehouse: &str,
        past: Past,
    ) -> Result<Vec<ModelRun>> {
        let after = counts(tx, &self.tables).await?;
        let known = match past {
            Past::Installed => rows_before(tx, warehouse).await?,
            Past::Replanned => BTreeMap::new(),
        };
        let mut runs = Vec::with_capacity(self.tables.len());
        for ((table, before), after) in self.tables.iter().zip(&self.before).zip(&after) {
            let mut run = self.run(table, before, after);
            if table.is_model {
                run.rows = Some(match known.get(&table.name) {
                    Some(rows) => (rows + run.inserted).saturating_sub(run.deleted),
                    None => table.count(tx).await?,
                });
            }
            runs.push(run);
        }
        store(tx, load, &runs).await?;
        Ok(runs)
    }

    fn run(&self, table: &Counted, before: &Counts, after: &Counts) -> ModelRun {
        let done = |n: usize| after.0[n].saturating_sub(before.0[n]).max(0) as u64;
        let (inserted, updated, deleted) = (done(0), done(1), done(2));
        ModelRun {
            model: table.name.clone(),
            rows: None,
            inserted,
            updated,
            deleted,
            scanned: done(3),
            // What this transaction leaves behind is dead with its commit, and reported after it.
            dead: after.0[4].max(0) as u64 + updated + deleted,
            took: self.took.get(&table.name).copied().unwrap_or_default(),
        }
    }
}

/// Whether the warehouse stood there as it is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Past {
    Installed,
    Replanned,
}

impl Counted {
    fn model(plan: &Plan, name: &str) -> Self {
        Counted {
            name: name.to_owned(),
            schema: plan.warehouse.as_str().to_owned(),
            table: name.to_owned(),
            is_model: true,
        }
    }

    fn source(source: &Dataset) -> Self {
        Counted {
            name: source.to_string(),
            schema: source.schema().as_str().to_owned(),
            table: source.table().as_str().to_owned(),
            is_model: false,
        }
    }

    async fn count(&self, tx: &Transaction<'_>) -> Result<u64> {
        let table = format!("{}.{}", quoted(&self.schema), quoted(&self.table));
        let rows = tx
            .query_typed(&format!("SELECT count(*) FROM {table}"), &[])
            .await
            .doing(DOING)?;
        Ok(rows.first().map_or(0, |row| row.get::<_, i64>(0)) as u64)
    }
}

/// The model that a step is about: its label is `model: what is done`, and a name may have a colon in it.
fn model_of(label: &str) -> Option<&str> {
    label.rsplit_once(": ").map(|(model, _)| model)
}

async fn counts(tx: &Transaction<'_>, tables: &[Counted]) -> Result<Vec<Counts>> {
    let schemas: Vec<&str> = tables.iter().map(|table| &*table.schema).collect();
    let names: Vec<&str> = tables.iter().map(|table| &*table.table).collect();
    let rows = tx
        .query_typed(
            include_str!("../sql/table_counts.sql"),
            &[(&schemas, Type::TEXT_ARRAY), (&names, Type::TEXT_ARRAY)],
        )
        .await
        .doing(DOING)?;
    let counts = rows.iter();
    Ok(counts
        .map(|row| Counts([0, 1, 2, 3, 4].map(|n| row.get(n))))
        .collect())
}

async fn rows_before(tx: &Transaction<'_>, warehouse: &str) -> Result<BTreeMap<String, u64>> {
    let rows = tx
        .query_typed(
            include_str!("../sql/model_rows.sql"),
            &[(&warehouse, Type::TEXT)],
        )
        .await
        .doing(DOING)?;
    let rows = rows.iter();
    Ok(rows
        .map(|row| (row.get(0), row.get::<_, i64>(1) as u64))
        .collect())
}

async fn store(tx: &Transaction<'_>, load: LoadId, runs: &[ModelRun]) -> Result<()> {
    let each =
        |of: fn(&ModelRun) -> u64| -> Vec<i64> { runs.iter().map(|run| of(run) as i64).collect() };
    let models: Vec<&str> = runs.iter().map(|run| &*run.model).collect();
    let rows: Vec<Option<i64>> = runs.iter().map(|run| run.rows.map(|n| n as i64)).collect();
    let seconds: Vec<f64> = runs.iter().map(|run| run.took.as_secs_f64()).collect();
    tx.execute_typed(
        include_str!("../sql/enter_models.sql"),
        &[
            (&load.0, Type::INT8),
            (&models, Type::TEXT_ARRAY),
            (&rows, Type::INT8_ARRAY),
            (&each(|run| run.inserted), Type::INT8_ARRAY),
            (&each(|run| run.updated), Type::INT8_ARRAY),
            (&each(|run| run.deleted), Type::INT8_ARRAY),
            (&each(|run| run.scanned), Type::INT8_ARRAY),
            (&each(|run| run.dead), Type::INT8_ARRAY),
            (&seconds, Type::FLOAT8_ARRAY),
        ],
    )
    .await
    .doing(DOING)?;
    Ok(())
}

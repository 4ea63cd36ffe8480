use std::fmt;

use ml_core::{Flow, LoadId, Record, Result, Stage};
use tokio_postgres::types::Type;
use tokio_postgres::{IsolationLevel, Row, Transaction};

use crate::comparison_sql as sql;
use crate::failure::Doing;
use crate::inputs;
use crate::merge::MergeSql;
use crate::pass::Pass;
use crate::step::step;
use crate::{Difference, Increment, RowAt, Table};

/// How many rows are shown.
const MOST_ROWS: i64 = 100;

/// In what a table is not the one that a rebuild gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Rows that a rebuild puts where there is none.
    pub missing: u64,
    /// Rows that a rebuild takes out.
    pub extra: u64,
    /// Rows in whose place a rebuild puts another record, or the same record with another content.
    pub different: u64,
    /// Some of all these, 100 at most, the oldest loads first.
    pub rows: Vec<Difference>,
}

impl Comparison {
    /// Whether a rebuild would write nothing.
    pub fn is_same(&self) -> bool {
        self.missing + self.extra + self.different == 0
    }

    async fn read(tx: &Transaction<'_>, table: &Table, beside: &Table) -> Result<Self> {
        step("compare");
        let found = tx
            .query_typed(&sql::compare(table, beside), &[(&MOST_ROWS, Type::INT8)])
            .await
            .doing(format!("cannot compare {} with a rebuild", table.dataset()))?;
        let count = |nth: usize| found.first().map_or(0, |row| row.get::<_, i64>(nth)) as u64;
        let key = sql::key(table);
        Ok(Comparison {
            missing: count(0),
            extra: count(1),
            different: count(2),
            rows: found.iter().map(|row| difference(row, &key)).collect(),
        })
    }
}

fn difference(row: &Row, key: &[String]) -> Difference {
    let at = |nth: usize| {
        let at: (Option<i64>, Option<i64>) = (row.get(nth), row.get(nth + 1));
        let (load, number) = at.0.zip(at.1)?;
        let load = LoadId(load);
        Some(RowAt::Record { load, number })
    };
    let values: Vec<Option<String>> = row.get(3);
    Difference {
        key: key.iter().cloned().zip(values).collect(),
        held: at(5),
        rebuilt: at(7),
        columns: row.get(4),
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Comparison {
            missing,
            extra,
            different,
            rows,
        } = self;
        write!(
            f,
            "{missing} rows missing, {extra} extra, {different} different"
        )?;
        for row in rows {
            write!(f, "\n{row}")?;
        }
        Ok(())
    }
}

impl Increment {
    /// Compares the table with the one that a [`rebuild`](Increment::rebuild) would give, made from nothing beside it.
    /// That it is the [same](Comparison::is_same) says that all the runs together came to what one run over everything
    /// comes to.
    ///
    /// All of it is read in one state of the database, in a transaction that is rolled back: it changes nothing, and
    /// nobody waits for it. Loads that are new to the increment count as missing, so run it before.
    ///
    /// ```no_run
    /// # use ml_core::{Flow, Gate, Record, Report, Result, Typed};
    /// # #[derive(Debug, Clone, Record)]
    /// # #[record(dataset = "silver.orders", grain = "id")]
    /// # struct Order { id: i64 }
    /// # async fn test(increment: ml_pg::Increment) -> Result<()> {
    /// # let same = |order: Order, _: &mut Report| Some(order);
    /// let flow = Flow::new(Gate::default());
    /// increment.run(&flow, Order::blank(), &same).await?;
    /// let comparison = increment.compare_with_rebuild(&flow, Order::blank(), &same).await?;
    /// assert!(comparison.is_same(), "{comparison}");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`run`](Increment::run).
    #[tracing::instrument(name = "compare", skip_all, fields(pipeline = self.pipeline))]
    pub async fn compare_with_rebuild<In, S>(
        &self,
        flow: &Flow,
        blank: In,
        stage: &S,
    ) -> Result<Comparison>
    where
        In: Record,
        S: Stage<In> + Sync,
        S::Out: Record,
    {
        let beside = self.beside()?;
        let merge = MergeSql::of(&beside.into)?;
        let mut lease = self.database.lease().await?;
        let (client, clean) = lease.open();
        let begun = client
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead);
        let tx = begun.start().await.doing(self.doing("cannot begin"))?;
        step("create_beside");
        tx.batch_execute(&sql::create(&self.into, &beside.into)?)
            .await
            .doing(self.doing("cannot make a table beside it"))?;
        let datasets = [self.from.dataset.to_string()];
        let inputs =
            inputs::new_inputs(&tx, &beside.pipeline, &datasets, true, &beside.progress()).await?;
        let mut pass = Pass::open(&beside, flow, stage, tx, &merge, &inputs).await?;
        for input in inputs.loaded() {
            pass.take(input.load, &input.source, &blank).await?;
        }
        let tx = pass.merge_beside(&merge).await?;
        let comparison = Comparison::read(&tx, &self.into, &beside.into).await?;
        tx.rollback().await.doing(self.doing("cannot roll back"))?;
        *clean = true;
        Ok(comparison)
    }

    /// An increment of another name into a table of nothing.
    fn beside(&self) -> Result<Increment> {
        let name = format!("{} beside itself", self.pipeline);
        let into = sql::beside(&self.into)?;
        let beside = Increment::new(&self.database, name, &self.from, &into);
        Ok(beside.rules(self.rules).batch(self.batch))
    }
}

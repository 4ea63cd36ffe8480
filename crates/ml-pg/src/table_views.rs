use ml_core::Result;
use tokio_postgres::Transaction;
use tokio_postgres::types::Type;

use crate::failure::Doing;
use crate::keeping::Keeping;
use crate::live_view::LiveView;
use crate::table_view::{self, TableView};
use crate::{Database, Table, catalogue};

impl Database {
    /// Creates the views of a data table for readers, or brings them up to date; none is ever dropped.
    ///
    /// * `v_<table>_current`: the columns of the contract, as they stand: without rows that were taken out, and of a
    ///   history the spans that have not ended. Columns keep the places they have, new ones
    ///   come last. One that the contract no longer has stays, as NULL, so that it can be dropped from the table.
    /// * `v_<table>_distinct`, of a merged table: the same, without rows that a rule of a [`Screening`](crate::Screening)
    ///   has merged into another one that is there, as of its last run: the one whose grain comes first, as text, stands, whatever
    ///   order they came in. The table keeps both, so that who rejects the pair parts them again. One that is merged into a
    ///   row which is merged itself goes with it.
    /// * `v_<table>_changes`: a row for each day (UTC) on which loads of the table were applied: how many, the records
    ///   that they read, accepted, quarantined and dropped, the rows that have had their content since that day, new or
    ///   changed, and their share of the table, from 0 to 1.
    /// * `v_<table>_completeness`: a row for each day and column of the contract: the rows that have had their content
    ///   since that day, how many of them have a value in that column, and their share, from 0 to 1.
    ///
    /// What readers were granted and the views' options stay. A view that is as it should be is not touched, so that
    /// nobody waits for those who read it. Any other view of that name is replaced, if its columns allow it. Whoever
    /// creates them needs to read `meta.load` and `meta.duplicate_candidate`; their readers need only the views.
    ///
    /// # Errors
    /// As [`check`](Database::check), and [`Contract`](ml_core::Kind::Contract) when a column has another type than
    /// readers know it by, or the table's name has more than 48 bytes; [`Conflict`](ml_core::Kind::Conflict) when a view
    /// is read for longer than 5 s; [`Storage`](ml_core::Kind::Storage) otherwise. All views are as they were then.
    #[tracing::instrument(name = "create_views", skip_all, fields(table = %table.dataset()))]
    pub async fn create_views(&self, table: &Table) -> Result<()> {
        self.check(table).await?;
        let mut client = self.client().await?;
        let client: &mut tokio_postgres::Client = &mut client;
        let tx = client.transaction().await.doing(doing(table))?;
        catalogue::lock(&tx, table).await?;
        let known = async |of| LiveView::find(&tx, &table_view::name(table, of)?).await;
        let mut views = vec![
            table_view::current(table, &known("current").await?)?,
            table_view::changes(table)?,
            table_view::completeness(table)?,
        ];
        if let Keeping::Merged(merge) = &table.keeping {
            let known = known("distinct").await?;
            views.push(table_view::distinct(table, merge, &known)?);
        }
        for view in &views {
            replace(&tx, view).await?;
        }
        tx.commit().await.doing(doing(table))
    }
}

fn doing(table: &Table) -> String {
    format!("cannot create the views of {}", table.dataset())
}

/// Made beside it first, to see whether it differs: replacing a view waits for who reads it, and lets nobody else in.
const BESIDE: &str = "pg_temp.\"ml_view\"";

async fn replace(tx: &Transaction<'_>, view: &TableView) -> Result<()> {
    let (doing, name) = (
        || format!("cannot create {}", view.name),
        view.name.quoted(),
    );
    let beside = format!("CREATE TEMPORARY VIEW \"ml_view\" AS {}", view.select);
    tx.batch_execute(&beside).await.doing(doing())?;
    let same = tx
        .query_typed(
            include_str!("../sql/same_view.sql"),
            &[(&name, Type::TEXT), (&BESIDE, Type::TEXT)],
        )
        .await
        .doing(doing())?;
    let mut statement = format!("DROP VIEW {BESIDE}");
    if !same.first().is_some_and(|row| row.get(0)) {
        let options = LiveView::find(tx, &view.name).await?.options;
        let options = options.map_or(String::new(), |options| format!("WITH ({options}) "));
        let (select, comment) = (&view.select, view.comment);
        statement.push_str(&format!(
            "; CREATE OR REPLACE VIEW {name} {options}AS {select}; COMMENT ON VIEW {name} IS '{comment}'"
        ));
    }
    tx.batch_execute(&statement).await.doing(doing())
}

use deadpool_postgres::ClientWrapper;
use ml_core::{Error, Fingerprint, Result};
use tokio_postgres::Transaction;
use tokio_postgres::types::{ToSql, Type};

use crate::Table;
use crate::failure::Doing;
use crate::ledger::lock_key;
use crate::table::Shape;

/// Creates schema and table where they are missing; the lock is there because two would race.
pub(crate) async fn create(client: &mut ClientWrapper, table: &Table) -> Result<()> {
    let doing = || format!("cannot create {}", table.dataset());
    let client: &mut tokio_postgres::Client = client;
    let tx = client.transaction().await.doing(doing())?;
    let schema = Fingerprint::of(table.dataset().schema().as_str());
    let lock = include_str!("../sql/lock.sql");
    tx.execute_typed(lock, &[(&lock_key("create", &schema), Type::INT8)])
        .await
        .doing(doing())?;
    let versions = table.versions()?;
    for table in versions.iter().chain([table]) {
        if !exists(&tx, table).await? {
            tx.batch_execute("SET LOCAL client_min_messages = warning")
                .await
                .doing(doing())?;
            tx.batch_execute(&table.create()?).await.doing(doing())?;
        }
    }
    tx.commit().await.doing(doing())
}

async fn exists(tx: &Transaction<'_>, table: &Table) -> Result<bool> {
    let name = table.dataset().quoted();
    let found = tx
        .query_typed(
            include_str!("../sql/table_exists.sql"),
            &[(&name, Type::TEXT)],
        )
        .await
        .doing(format!("cannot look {} up", table.dataset()))?;
    Ok(found.first().is_some_and(|row| row.get(0)))
}

/// Compares the table, and that of its versions, with the live catalogue.
pub(crate) async fn check(client: &tokio_postgres::Client, table: &Table) -> Result<()> {
    table.check()?;
    if let Some(versions) = table.versions()? {
        compare(client, &versions).await?;
    }
    compare(client, table).await
}

async fn compare(client: &tokio_postgres::Client, table: &Table) -> Result<()> {
    let live = columns(client, table).await?;
    let expected = table.shapes();
    let mut faults = Vec::new();
    for shape in &expected {
        match live.iter().find(|column| column.name == shape.name) {
            None => faults.push(format!("column {} is missing", shape.name)),
            Some(column) if column != shape => faults.push(difference(column, shape)),
            Some(_) => {}
        }
    }
    let unknown = live
        .iter()
        .filter(|column| column.not_null && expected.iter().all(|shape| shape.name != column.name));
    faults.extend(
        unknown.map(|column| format!("column {} is NOT NULL and no record brings it", column.name)),
    );
    if let Some(key) = table.keeping.key()
        && !has_key(client, table, &key).await?
    {
        let key = key.join(", ");
        faults.push(format!(
            "it has no unique key NULLS NOT DISTINCT over {key}"
        ));
    }
    if faults.is_empty() {
        return Ok(());
    }
    let dataset = table.dataset();
    Err(Error::contract(format!(
        "{dataset} is not as its contract says: {}",
        faults.join("; ")
    )))
}

async fn has_key(client: &tokio_postgres::Client, table: &Table, key: &[String]) -> Result<bool> {
    let schema = table.dataset().schema().as_str();
    let name = table.dataset().table().as_str();
    let parameters: [(&(dyn ToSql + Sync), Type); 3] = [
        (&schema, Type::TEXT),
        (&name, Type::TEXT),
        (&key, Type::TEXT_ARRAY),
    ];
    let found = client
        .query_typed(include_str!("../sql/merge_key.sql"), &parameters)
        .await;
    let found = found.doing(format!("cannot look the key of {} up", table.dataset()))?;
    Ok(found.first().is_some_and(|row| row.get(0)))
}

fn difference(found: &Shape, expected: &Shape) -> String {
    let show = |shape: &Shape| {
        format!(
            "{}{}",
            shape.ty,
            if shape.not_null { " NOT NULL" } else { "" }
        )
    };
    format!(
        "column {} is {}, expected {}",
        found.name,
        show(found),
        show(expected)
    )
}

async fn columns(client: &tokio_postgres::Client, table: &Table) -> Result<Vec<Shape>> {
    let (schema, name) = (
        table.dataset().schema().as_str(),
        table.dataset().table().as_str(),
    );
    let rows = client
        .query_typed(
            include_str!("../sql/columns.sql"),
            &[(&schema, Type::TEXT), (&name, Type::TEXT)],
        )
        .await
        .doing(format!(
            "cannot look {} up in the catalogue",
            table.dataset()
        ))?;
    if rows.is_empty() {
        return Err(Error::contract(format!(
            "there is no table {}: create it first",
            table.dataset()
        )));
    }
    Ok(rows
        .iter()
        .map(|row| Shape {
            name: row.get(0),
            ty: row.get(1),
            not_null: row.get(2),
        })
        .collect())
}

use ml_core::{CheckConstraint, Error, Fingerprint, Ident, Result};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Transaction};

use crate::Database;
use crate::failure::{Doing, failure};
use crate::ledger::lock_key;

/// A constraint that is on its table now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedCheck {
    /// Its name in the catalogue.
    pub name: Ident,
    /// The rule's name.
    pub rule: String,
    /// What it holds for.
    pub state: CheckState,
}

/// What a `CHECK` holds for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckState {
    /// For every row.
    Validated,
    /// For what is written from now on: rows that are there violate it, so that it stays `NOT VALID`.
    Violated,
}

/// What the table has under the constraint's name.
enum Found {
    Nothing,
    /// The same constraint, validated already or not.
    Same(bool),
}

impl Database {
    /// Adds constraints to tables that are there, all of them or none; then has each that is new or not validated yet
    /// looked through, which lets others read and write. What is there already stays as it is.
    ///
    /// Rows that violate a constraint are no error: it stays `NOT VALID`, which refuses new ones, and the answer says
    /// so, without a value of them. Calling it again, once they are mended, validates it.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when there is no such table, or it has something else under the name of a
    /// constraint; [`Conflict`](ml_core::Kind::Conflict) when a table is locked for longer than 5 s: try again;
    /// [`Storage`](ml_core::Kind::Storage) otherwise, as when a column is missing.
    ///
    /// ```no_run
    /// # async fn run(database: ml_pg::Database) -> ml_core::Result<()> {
    /// use ml_core::{Action, CheckConstraint, Predicate};
    /// use ml_pg::CheckState;
    ///
    /// // A judge of ml-quality renders its rules: `judge.check_constraints(&dataset)`.
    /// let rule = Predicate::new("quantity.positive", Action::Quarantine, r#""quantity" > 0"#);
    /// let checks = [CheckConstraint::new(&"shop.orders".parse()?, &rule)];
    /// for check in database.add_checks(&checks).await? {
    ///     if check.state == CheckState::Violated {
    ///         println!("there are rows that violate {}", check.rule);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn add_checks(&self, checks: &[CheckConstraint]) -> Result<Vec<AddedCheck>> {
        let mut lease = self.lease().await?;
        let (client, clean) = lease.open();
        let are_validated = add(client, checks).await?;
        let mut added = Vec::with_capacity(checks.len());
        for (check, is_validated) in checks.iter().zip(are_validated) {
            let state = match is_validated {
                true => CheckState::Validated,
                false => validate(client, check).await?,
            };
            added.push(AddedCheck {
                name: check.name.clone(),
                rule: check.rule.clone(),
                state,
            });
        }
        *clean = true;
        Ok(added)
    }
}

/// Adds what is missing in one short transaction; answers for each whether it is validated already.
async fn add(client: &mut Client, checks: &[CheckConstraint]) -> Result<Vec<bool>> {
    const DOING: &str = "cannot add constraints";
    let tx = client.transaction().await.doing(DOING)?;
    // Two that look first would both add.
    let key = lock_key("checks", &Fingerprint::of(""));
    tx.execute_typed(include_str!("../sql/lock.sql"), &[(&key, Type::INT8)])
        .await
        .doing(DOING)?;
    let mut are_validated = Vec::with_capacity(checks.len());
    for check in checks {
        are_validated.push(match find(&tx, check).await? {
            Found::Same(is_validated) => is_validated,
            Found::Nothing => {
                let alter = format!("{} NOT VALID", adding(&check.dataset.quoted(), check));
                tx.batch_execute(&alter).await.doing(doing(check, "add"))?;
                false
            }
        });
    }
    tx.commit().await.doing(DOING)?;
    Ok(are_validated)
}

fn adding(table: &str, check: &CheckConstraint) -> String {
    let (name, predicate) = (&check.name, &check.predicate);
    format!("ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({predicate}\n)")
}

fn doing(check: &CheckConstraint, what: &str) -> String {
    format!(
        "cannot {what} constraint {} of {}",
        check.name, check.dataset
    )
}

async fn find(tx: &Transaction<'_>, check: &CheckConstraint) -> Result<Found> {
    let (dataset, name) = (&check.dataset, check.name.as_str());
    let (schema, table) = (dataset.schema().as_str(), dataset.table().as_str());
    let statement = include_str!("../sql/check_constraint.sql");
    let parameters: [(&(dyn ToSql + Sync), Type); 3] = [
        (&schema, Type::TEXT),
        (&table, Type::TEXT),
        (&name, Type::TEXT),
    ];
    let rows = tx.query_typed(statement, &parameters).await;
    let rows = rows.doing(doing(check, "look up"))?;
    let Some(row) = rows.first() else {
        return Err(Error::contract(format!("there is no table {dataset}")));
    };
    if !row.get::<_, bool>(0) {
        return Ok(Found::Nothing);
    }
    let condition: Option<String> = row.get(1);
    if condition.is_some() && condition == written(tx, check).await? {
        return Ok(Found::Same(row.get(2)));
    }
    Err(Error::contract(format!(
        "{}: something else has that name; drop or rename it, or name the rule otherwise",
        doing(check, "add")
    )))
}

/// The condition as the catalogue writes it: it keeps none as it was sent, so it is asked to write this one down for an
/// empty copy of the table, which then goes.
async fn written(tx: &Transaction<'_>, check: &CheckConstraint) -> Result<Option<String>> {
    let table = check.dataset.quoted();
    let copy = format!(
        "SAVEPOINT ml_check; CREATE TEMPORARY TABLE ml_check (LIKE {table}); {}",
        adding("pg_temp.ml_check", check)
    );
    let compared = || doing(check, "compare");
    tx.batch_execute(&copy).await.doing(compared())?;
    let rows = tx
        .query_typed(include_str!("../sql/written_check.sql"), &[])
        .await
        .doing(compared())?;
    tx.batch_execute("ROLLBACK TO SAVEPOINT ml_check; RELEASE SAVEPOINT ml_check")
        .await
        .doing(compared())?;
    Ok(rows.first().and_then(|row| row.get(0)))
}

/// A statement of its own: nobody waits for what it looks through.
async fn validate(client: &Client, check: &CheckConstraint) -> Result<CheckState> {
    let (table, name) = (check.dataset.quoted(), &check.name);
    let alter = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}");
    match client.batch_execute(&alter).await {
        Ok(()) => Ok(CheckState::Validated),
        Err(error) if error.code() == Some(&SqlState::CHECK_VIOLATION) => Ok(CheckState::Violated),
        Err(error) => Err(failure(doing(check, "validate"), &error)),
    }
}

use std::time::{Duration, Instant};

use tokio_postgres::{Client, Error, IsolationLevel, Transaction};

use crate::{Invariant, Violation};

/// Looks at a database of MetaLayer from outside, by a connection that no part of the pipeline has to do with.
///
/// Each question is a query in the folder `sql/inspection`, which answers what is wrong.
#[derive(Debug)]
pub struct Inspection<'a> {
    client: &'a mut Client,
}

/// A query that answers violations of an invariant.
type Question = (Invariant, &'static str);

macro_rules! sql {
    ($name:literal) => {
        include_str!(concat!("../sql/inspection/", $name, ".sql"))
    };
}

/// About the ledger as a whole.
const LEDGER: [Question; 5] = [
    (Invariant::Atomic, sql!("loading")),
    (Invariant::Reconciles, sql!("cards")),
    (Invariant::Reconciles, sql!("quarantined")),
    (Invariant::Reconciles, sql!("places")),
    (Invariant::Atomic, sql!("consumed")),
];

/// About each table that loads land in.
const LANDING: [Question; 3] = [
    (Invariant::Atomic, sql!("landed")),
    (Invariant::Idempotent, sql!("twice")),
    (Invariant::Reconciles, sql!("records")),
];

/// About each table that increments keep.
const KEPT: [Question; 2] = [
    (Invariant::Atomic, sql!("kept")),
    (Invariant::Idempotent, sql!("twice")),
];

/// How often leftovers are looked for.
const LOOK: Duration = Duration::from_millis(5);

impl<'a> Inspection<'a> {
    /// One by this connection, which may read everything and has nothing open.
    pub fn by(client: &'a mut Client) -> Self {
        Inspection { client }
    }

    /// What ledger and tables say of each other, in one snapshot, whoever is at work meanwhile: as many rows and entries of
    /// the quarantine as were counted, each record once and none missing, and nothing seen of a load that was not applied.
    /// Nothing is wrong where there is no ledger yet.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn ledger(&mut self) -> Result<Vec<Violation>, Error> {
        let begun = self.client.build_transaction().read_only(true);
        let begun = begun.isolation_level(IsolationLevel::RepeatableRead);
        let tx = begun.start().await?;
        let mut found = Vec::new();
        if tx.query_one(sql!("has_ledger"), &[]).await?.get(0) {
            for question in LEDGER {
                ask(&tx, question, &mut found).await?;
            }
            tables(&tx, &mut found).await?;
        }
        tx.rollback().await?;
        Ok(found)
    }

    /// What processes that are gone have left open after `patience`, which a server needs to notice: sessions, locks,
    /// prepared transactions, temporary tables. Everybody else's that are connected to the database count as well.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn leftovers(&mut self, patience: Duration) -> Result<Vec<Violation>, Error> {
        let began = Instant::now();
        loop {
            let left = self.client.query(sql!("leftovers"), &[]).await?;
            if left.is_empty() || began.elapsed() > patience {
                let violation = |row| Violation::of(Invariant::Clean, text(&row));
                return Ok(left.into_iter().map(violation).collect());
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Files of the database that belong to no relation, while nobody else is connected. A role that may not list files
    /// of the server, as superusers may, learns of none.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn orphans(&mut self) -> Result<Vec<Violation>, Error> {
        if !self
            .client
            .query_one(sql!("may_list"), &[])
            .await?
            .get::<_, bool>(0)
        {
            return Ok(Vec::new());
        }
        let orphans = self.client.query(sql!("orphans"), &[]).await?;
        let violation = |row| Violation::of(Invariant::Clean, text(&row));
        Ok(orphans.into_iter().map(violation).collect())
    }

    /// All of it, in this order: the ledger at once, and when nothing is left open, once more with the files.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn after_a_kill(&mut self, patience: Duration) -> Result<Vec<Violation>, Error> {
        let mut found = self.ledger().await?;
        found.extend(self.leftovers(patience).await?);
        if found.is_empty() {
            found.extend(self.ledger().await?);
            found.extend(self.orphans().await?);
        }
        Ok(found)
    }
}

async fn tables(tx: &Transaction<'_>, found: &mut Vec<Violation>) -> Result<(), Error> {
    for table in tx.query(sql!("tables"), &[]).await? {
        let (quoted, dataset): (&str, &str) = (table.get("quoted"), table.get("dataset"));
        let questions: &[Question] = match table.get("is_landing") {
            true => &LANDING,
            false => &KEPT,
        };
        for (invariant, question) in questions {
            let question = question.replace("{table}", quoted);
            let rows = tx.query(&question, &[&dataset]).await?;
            found.extend(rows.iter().map(|row| Violation::of(*invariant, text(row))));
        }
    }
    Ok(())
}

async fn ask(
    tx: &Transaction<'_>,
    (invariant, question): Question,
    found: &mut Vec<Violation>,
) -> Result<(), Error> {
    let rows = tx.query(question, &[]).await?;
    found.extend(rows.iter().map(|row| Violation::of(invariant, text(row))));
    Ok(())
}

fn text(row: &tokio_postgres::Row) -> String {
    row.get(0)
}

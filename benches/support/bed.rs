//! The database that a bench asks, one thing after the other.

use metalayer::pg::Database;
use tokio::runtime::Runtime;
use tokio_postgres::Row;

pub struct Bed {
    pub runtime: Runtime,
    pub database: Database,
}

impl Bed {
    pub fn new(database: Database) -> Self {
        Bed {
            runtime: Runtime::new().unwrap(),
            database,
        }
    }

    pub fn about(&self) -> String {
        let version = self.ask("SHOW server_version");
        format!("PostgreSQL {}, fsync on", version[0].get::<_, &str>(0))
    }

    pub fn run(&self, statements: &str) {
        self.runtime.block_on(async {
            let client = self.database.client().await.unwrap();
            client.batch_execute(statements).await.unwrap();
        });
    }

    /// The number that a query answers.
    pub fn count(&self, query: &str) -> i64 {
        self.ask(query)[0].get(0)
    }

    pub fn ask(&self, query: &str) -> Vec<Row> {
        self.runtime.block_on(async {
            let client = self.database.client().await.unwrap();
            client.query(query, &[]).await.unwrap()
        })
    }
}

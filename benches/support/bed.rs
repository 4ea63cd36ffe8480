//! The database that a bench asks, one thing after the other.

use metalayer::pg::Database;
use tokio::runtime::Runtime;

pub struct Bed {
    pub runtime: Runtime,
    pub database: Database,
    /// Of the server.
    version: u32,
}

impl Bed {
    pub fn new(database: Database, version: u32) -> Self {
        Bed {
            runtime: Runtime::new().unwrap(),
            database,
            version,
        }
    }

    pub fn about(&self) -> String {
        format!("PostgreSQL {}, fsync on", self.version)
    }

    pub fn run(&self, statements: &str) {
        self.runtime.block_on(async {
            let client = self.database.client().await.unwrap();
            client.batch_execute(statements).await.unwrap();
        });
    }

    /// The number that a query answers.
    pub fn count(&self, query: &str) -> i64 {
        self.runtime.block_on(async {
            let client = self.database.client().await.unwrap();
            client.query_one(query, &[]).await.unwrap().get(0)
        })
    }
}

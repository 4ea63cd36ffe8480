//! The flow: daily files to `bronze.sales`, its loads to `silver.sales`, that to the star in `gold`.

use std::path::PathBuf;
use std::sync::Arc;

use metalayer::prelude::*;

use super::sale::{self, CleanSale, Sale};
use super::star;

/// The retail pipeline over one database.
#[derive(Debug)]
pub struct Retail {
    database: Database,
    settings: Settings,
    landing: Table,
    bronze_rules: Judge<Sale>,
    silver_rules: Judge<CleanSale>,
    increment: Increment,
    refresh: Refresh,
    steps: u64,
}

impl Retail {
    /// Brings the database up to date and checks that its tables are what the records promise.
    pub async fn open(database: &Database, settings: &Settings) -> Result<Self> {
        let (mut bronze, mut silver) = (sale::bronze_rules(), sale::silver_rules());
        if !settings.quality {
            (bronze, silver) = (bronze.warn_only(), silver.warn_only());
        }
        let (bronze_rules, silver_rules) = (bronze.build()?, silver.build()?);
        let (raw, clean) = (Contract::of::<Sale>()?, Contract::of::<CleanSale>()?);
        let landing = Table::landing(raw.clone());
        let merged = Table::merged(clean.clone(), Merge::on_grain(&clean)?);
        database.migrate().await?;
        database.create(&landing).await?;
        database.create(&merged).await?;
        let increment = Increment::new(database, "retail", &raw, &merged)
            .rules(silver_rules.fingerprint())
            .batch(settings.silver_batch);
        let plan = star::star()?;
        let steps = plan.steps.len() as u64;
        let refresh = Refresh::new(database, plan)?;
        let (database, settings) = (database.clone(), settings.clone());
        Ok(Retail {
            database,
            settings,
            landing,
            bronze_rules,
            silver_rules,
            increment,
            refresh,
            steps,
        })
    }

    /// Loads files, several at once, each in a transaction of its own.
    pub async fn bronze(
        &self,
        files: &[PathBuf],
        observer: Arc<dyn Observer>,
    ) -> Vec<Result<Outcome>> {
        let feed = |path: &PathBuf| {
            CsvFile::<Sale>::new(path, self.bronze_rules.clone()).chunk(self.settings.bronze_batch)
        };
        let stores =
            (0..self.settings.bronze_slots).map(|_| Store::new(&self.database, &self.landing));
        load_all(
            &self.flow(observer),
            stores.collect(),
            files.iter().map(feed).collect(),
        )
        .await
    }

    /// Takes the loads that have newly become visible into silver.
    pub async fn silver(&self, observer: Arc<dyn Observer>) -> Result<metalayer::pg::Advance> {
        let stage = sale::clean(self.silver_rules.clone());
        let blank = Sale::blank();
        self.increment
            .run(&self.flow(observer), blank, &stage)
            .await
    }

    /// Refreshes the star.
    pub async fn gold(&self, observer: Arc<dyn Observer>) -> Result<metalayer::pg::Refreshed> {
        self.refresh.run(&self.flow(observer)).await
    }

    /// How many steps a refresh has.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    fn flow(&self, observer: Arc<dyn Observer>) -> Flow {
        Flow::new(self.settings.gate).observer(observer)
    }
}

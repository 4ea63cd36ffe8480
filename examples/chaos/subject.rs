//! What is broken. To break a pipeline of your own, put it here: what stands before a run, a run, and what its tables hold.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use metalayer::core::Silent;
use metalayer::pg::{Config, STEP};
use metalayer::prelude::*;
use ml_chaos::{Digest, Told};
use tokio_postgres::Client;

use super::retail::pipeline::Retail;
use super::retail::sample;

/// Why something could not be done.
pub type Failure = Box<dyn Error + Send + Sync>;

/// What `--sabotage` does: a row goes missing whose load says that it is there.
pub const SABOTAGE: &str = "DELETE FROM bronze.sales WHERE \"_record_no\" = 7";

/// Where the tables are.
pub const LAYERS: [&str; 3] = ["bronze", "silver", "gold"];

/// Columns that depend on the order things happened in.
const SURROGATES: [&str; 8] = [
    "_load_id",
    "_record_no",
    "_changed_load",
    "_row_id",
    "customer_key",
    "product_key",
    "region_key",
    "sale_id",
];

/// Records in a file of the sample, and how many files of it are loaded: ten chunks of 200 records.
const RECORDS: u64 = 1_000;
const FILES: usize = 2;
const BATCH: usize = 200;

/// What a run is told where its files are by.
pub const FOLDER: &str = "CHAOS_FOLDER";

/// Writes what is loaded.
pub fn files(folder: &Path) -> Result<(), Failure> {
    sample::write(folder, RECORDS * 30)?;
    let mut files: Vec<PathBuf> = folder
        .read_dir()?
        .map(|file| Ok(file?.path()))
        .collect::<Result<_, std::io::Error>>()?;
    files.sort();
    files.drain(FILES..).try_for_each(std::fs::remove_file)?;
    Ok(())
}

/// Schema and tables, before the first run.
pub async fn prepare(url: &str) -> Result<(), Failure> {
    open(url).await?;
    Ok(())
}

/// In a process that was started to be broken: one run, bronze to gold.
pub async fn child() -> Option<Result<(), Failure>> {
    let told = Told::here()?;
    Some(run(&told).await)
}

async fn run(told: &Told) -> Result<(), Failure> {
    let folder = env::var_os(FOLDER).ok_or("CHAOS_FOLDER is not set")?;
    let files = csv_files(Path::new(&folder)).await?;
    told.arm(STEP)?; // from here on each step of a load, an increment and a refresh is a fail point
    let retail = open(told.database()).await?;
    for outcome in retail.bronze(&files, Arc::new(Silent)).await {
        not_refused(&outcome?)?;
    }
    retail.silver(Arc::new(Silent)).await?;
    not_refused(&retail.gold(Arc::new(Silent)).await?.outcome)
}

fn not_refused(outcome: &Outcome) -> Result<(), Failure> {
    match outcome {
        Outcome::Refused(_) => Err(format!("{outcome:?}").into()),
        _ => Ok(()),
    }
}

async fn open(url: &str) -> Result<Retail, Failure> {
    let settings = Settings {
        bronze_batch: BATCH,
        silver_batch: BATCH,
        ..Settings::from_vars(|_| None)?
    };
    let config = Config::new(&url.into())?.slots(settings.slots());
    Ok(Retail::open(&Database::open(&config)?, &settings).await?)
}

/// What the tables hold, whatever came first.
pub async fn digest(client: &Client) -> Result<Digest, Failure> {
    Ok(Digest::of(client, &LAYERS, &SURROGATES).await?)
}

//! The whole flow, bronze to gold, over a folder of daily sales files.
//!
//! `cargo run --release --example retail` makes up a messy month and checks its own totals;
//! `cargo run --release --example retail -- FOLDER` takes real files with the same columns.

pub mod figures;
pub mod pipeline;
pub mod progress;
pub mod report;
pub mod sale;
pub mod sample;
pub mod star;
pub mod totals;
pub mod warehouse;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use figures::Figures;
use metalayer::pg::ModelRun;
use metalayer::prelude::*;
use pipeline::Retail;
use progress::Bar;
use report::Layer;
use totals::Totals;
use warehouse::Place;

/// Records in the made-up month.
const RECORDS: u64 = 200_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A file that is not there is fine; one that cannot be read is not.
    if let Err(error) = dotenvy::dotenv()
        && !error.not_found()
    {
        return Err(format!(".env cannot be read: {error}").into());
    }
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let settings = Settings::from_env()?;
    let (folder, planted) = match folder {
        Some(folder) => (folder, None),
        None => made_up()?,
    };
    let files = csv_files(&folder).await?;
    let place = Place::open(&settings, &folder).await?;
    println!("{} files of {} into {place}", files.len(), folder.display());
    let retail = Retail::open(place.database(), &settings).await?;
    let (layers, models) = run(&retail, &files).await?;
    report::print(&layers);
    report::models(&models);
    let totals = Totals::of(place.database()).await?;
    println!("\n{totals}\n");
    print!("{}", Figures::of(place.database()).await?);
    if let Some(planted) = planted {
        println!("{}", totals.check(&planted)?);
    }
    place.wait()?;
    Ok(())
}

fn made_up() -> Result<(PathBuf, Option<sample::Planted>), Box<dyn Error>> {
    let folder = Path::new(warehouse::HOME).join("sample");
    std::fs::create_dir_all(&folder)?;
    let planted = sample::write(&folder, RECORDS)?;
    Ok((folder, Some(planted)))
}

async fn run(retail: &Retail, files: &[PathBuf]) -> Result<(Vec<Layer>, Vec<ModelRun>)> {
    let start = Instant::now();
    let loaded = retail
        .bronze(files, Arc::new(Bar::new("bronze", files.len() as u64)))
        .await;
    let bronze = Layer::of("bronze", loaded.iter().flatten(), start.elapsed());
    report::failures(&loaded);

    let start = Instant::now();
    let new = bronze.loads.0 as u64;
    let advance = retail.silver(Arc::new(Bar::new("silver", new + 1))).await?;
    let outcomes: Vec<Outcome> = advance
        .applied
        .into_iter()
        .chain(advance.held)
        .map(Outcome::from)
        .collect();
    let silver = Layer::of("silver", &outcomes, start.elapsed());

    let start = Instant::now();
    let refreshed = retail
        .gold(Arc::new(Bar::new("gold", retail.steps())))
        .await?;
    let gold = Layer::of("gold", [&refreshed.outcome], start.elapsed());
    Ok((vec![bronze, silver, gold], refreshed.models))
}

//! What kills leave behind on disk: nothing that is not used again.

use std::time::{Duration, Instant};

use ml_chaos::size;

use super::Failure;
use super::bed::{Base, Bed, Ground};
use super::blow::Blow;
use super::check::Check;
use super::dice::Dice;
use super::subject::LAYERS;

/// How much larger the tables may be than those of a clean run, after so many kills.
pub const MOST: f64 = 1.3;
pub const KILLS: u64 = 20;

/// Kills runs over one database, vacuums after each as autovacuum would, and compares the sizes.
pub async fn disk(bed: &Bed, seed: u64) -> Result<Check, Failure> {
    let began = Instant::now();
    let mut dice = Dice::of(seed, 0);
    let clean = bed.ground("chaos_disk_clean", Base::Prepared).await?;
    finish(&clean).await?;
    let expected = size(&clean.client, &LAYERS).await?;
    clean.clear().await?;
    let ground = bed.ground("chaos_disk", Base::Prepared).await?;
    let mut kills = 0;
    while kills < KILLS {
        let took = bed.clean.took / 2;
        let blow = Blow::KilledAfter(Duration::from_micros(dice.below(took.as_micros() as u64)));
        kills += u64::from(blow.strike(&ground, &mut dice).await?.met);
        ground.client.batch_execute("VACUUM").await?;
    }
    finish(&ground).await?;
    let found = size(&ground.client, &LAYERS).await?;
    ground.clear().await?;
    let ratio = found as f64 / expected as f64;
    println!(
        "{found} bytes after {kills} kills, {expected} after a clean run: {ratio:.2} times as many"
    );
    Ok(Check {
        name: String::from(
            "kills with a vacuum after each: tables larger than 1.3 times those of a clean run",
        ),
        runs: kills,
        violations: u64::from(ratio > MOST),
        took: began.elapsed(),
    })
}

async fn finish(ground: &Ground<'_>) -> Result<(), Failure> {
    let mut victim = ground.bed.victim(&ground.url, &[])?;
    victim.wait().await?;
    Ok(ground.client.batch_execute("VACUUM").await?)
}

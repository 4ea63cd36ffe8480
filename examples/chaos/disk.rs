//! What kills leave behind on disk: nothing that is not used again.

use std::time::Instant;

use ml_chaos::{Act, Dice, FailPoint, size};

use super::Failure;
use super::bed::{Base, Bed, Ground};
use super::blow::Blow;
use super::check::{Check, Reach};
use super::subject::LAYERS;

/// How much larger the tables may be than those of a clean run.
pub const MOST: f64 = 1.3;
/// Each layer is killed so often when all its rows are written and only the commit is to come.
const EACH: usize = 10;
/// The step at which the next layer begins.
const ENDS: [Option<&str>; 3] = [Some("lock_target"), Some("begin_refresh"), None];

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
    for end in ENDS {
        let mut points = vec![FailPoint::at("commit", 1, Act::Kill); EACH];
        points.extend(end.map(|end| FailPoint::at(end, 1, Act::Kill)));
        for point in points {
            let struck = Blow::KilledAt(point).strike(&ground, &mut dice).await?;
            kills += u64::from(struck.met);
            ground.client.batch_execute("VACUUM").await?;
        }
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
        reach: Reach::AtRandom,
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

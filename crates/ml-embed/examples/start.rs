//! Starts a kept and a temporary server, and says how long each took.
//!
//! `cargo run -p ml-embed --example start -- [DIRECTORY]`

use ml_embed::{Cluster, Error, Launch};
use std::{env, time::Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = env::args()
        .nth(1)
        .unwrap_or_else(|| String::from("target/warehouse"));
    show("kept", Cluster::kept(&dir))?;
    show("kept, again", Cluster::kept(&dir))?;
    show("temporary", Cluster::temporary())?;
    Ok(())
}

fn show(what: &str, launch: Launch) -> Result<(), Error> {
    let begun = Instant::now();
    let cluster = launch.start()?;
    let ready = begun.elapsed();
    let (version, origin) = (cluster.version(), cluster.origin().clone());
    let begun = Instant::now();
    cluster.stop()?;
    let (ready, gone) = (ready.as_secs_f64(), begun.elapsed().as_secs_f64());
    println!("{what}: PostgreSQL {version} ({origin}), ready in {ready:.3} s, gone in {gone:.3} s");
    Ok(())
}

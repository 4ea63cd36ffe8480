//! Breaks the pipeline of the example `retail` wherever it can be broken, and shows that nothing is lost.
//!
//! ```sh
//! cargo run --release --example chaos -- kills --count 1000 --seed 7   # or --for 10m; --lanes 4
//! cargo run --release --example chaos -- cuts --count 300              # connections, not processes
//! cargo run --release --example chaos -- steps                         # a kill at each step
//! cargo run --release --example chaos -- replay 7 132                  # the round that was violated
//! cargo run --release --example chaos -- gate                          # or nightly, or release: all checks, as JSON;
//!                                                                      # the longer ones run the long tests as well
//! cargo run --release --example chaos -- table RESULT.json             # those, as a table
//! ```
//!
//! It starts a server of its own, which flushes to disk. A run is a process: this program once more, told a database and
//! fail points (`ml_chaos::Victim`, `ml_chaos::Told`). After every blow an independent connection looks at the database
//! (`ml_chaos::Inspection`); a last run must come to the tables of one that nothing broke (`ml_chaos::Digest`), and one more
//! must write nothing (`ml_chaos::Footprint`). With `--sabotage` rows go missing behind the pipeline's back, to see that this
//! is found out. Any violation makes the program fail, and is printed with the command that makes it happen once more.
//!
//! To break a pipeline of your own, change `subject.rs`: what stands before a run, a run, and what its tables hold.

pub mod bed;
pub mod blow;
pub mod check;
pub mod disk;
pub mod long_tests;
pub mod retail;
pub mod round;
pub mod rounds;
pub mod subject;
pub mod table;
pub mod tier;

use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use bed::Bed;
use check::Check;
use rounds::{Kind, Rounds, Until};
pub use subject::{Failure, SABOTAGE};
use tier::Tier;

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    // what a victim does
    if let Some(ran) = subject::child().await {
        ran?;
        return Ok(ExitCode::SUCCESS);
    }
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let asked = Asked(asked.iter().map(String::as_str).collect());
    let violations = match asked.0.as_slice() {
        ["table", files @ ..] => print_table(files)?,
        ["replay", seed, number, ..] => replay(&asked, seed.parse()?, number.parse()?).await?,
        [tier @ ("gate" | "nightly" | "release"), ..] => tiers(&asked, tier.parse()?).await?,
        [kind, ..] => kinds(&asked, kind.parse()?).await?,
        [] => return Err(
            "say what is to be done: kills, cuts, steps, replay, gate, nightly, release or table"
                .into(),
        ),
    };
    Ok(match violations {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// A copy of this program that says nothing: it is expected to fail where its connection is cut.
fn quiet() -> Command {
    let mut command = aloud();
    command.stderr(Stdio::null());
    command
}

/// A copy of this program that says why it fails.
fn aloud() -> Command {
    // Linux: the program that runs, even if the file it came from was built anew meanwhile
    let this = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("/proc/self/exe"));
    let mut command = Command::new(this);
    command.stdout(Stdio::null());
    command
}

async fn kinds(asked: &Asked<'_>, kind: Kind) -> Result<u64, Failure> {
    let until = match (kind, asked.after("--for")) {
        (Kind::Steps, _) => Until::AllAreDone,
        (_, Some(long)) => Until::For(duration(long)?),
        _ => Until::Count(asked.number("--count", 100)?),
    };
    let bed = Bed::start(quiet).await?;
    let (seed, sabotage) = (asked.number("--seed", 7)?, asked.sabotage());
    let lanes = asked.lanes()?;
    let rounds = Rounds {
        bed: &bed,
        kind,
        seed,
        lanes,
        sabotage,
    };
    Ok(rounds.run(until).await?.violations)
}

async fn replay(asked: &Asked<'_>, seed: u64, number: u64) -> Result<u64, Failure> {
    let kind = asked.0.get(3).filter(|kind| !kind.starts_with('-'));
    let kind = kind.map_or(Ok(Kind::Kills), |kind| kind.parse())?;
    let bed = Bed::start(aloud).await?;
    let rounds = Rounds {
        bed: &bed,
        kind,
        seed,
        lanes: 1,
        sabotage: asked.sabotage(),
    };
    let round = rounds.round(number).await?;
    println!(
        "{}\n{} violations",
        round.story.join("\n"),
        round.violations.len()
    );
    Ok(round.violations.len() as u64)
}

async fn tiers(asked: &Asked<'_>, tier: Tier) -> Result<u64, Failure> {
    let bed = Bed::start(quiet).await?;
    let seed = asked.number("--seed", 7)?;
    let checks = tier.run(&bed, seed, asked.lanes()?).await?;
    let file = asked
        .after("--out")
        .map_or_else(|| PathBuf::from("target/reliability.json"), PathBuf::from);
    tier.write(&bed, seed, &checks, &file).await?;
    Ok(checks.iter().map(|check: &Check| check.violations).sum())
}

fn print_table(files: &[&str]) -> Result<u64, Failure> {
    let read =
        |file: &&str| -> Result<_, Failure> { Ok(serde_json::from_slice(&std::fs::read(file)?)?) };
    let results = files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let table = table::table(&results)?;
    print!("{}\n{table}{}\n", table::BEGIN, table::END);
    Ok(0)
}

/// `90s`, `10m` or `2h`.
fn duration(text: &str) -> Result<Duration, Failure> {
    let (number, unit) = text.split_at(text.len().saturating_sub(1));
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return Err(format!("{text} is not of the form 90s, 10m or 2h").into()),
    };
    Ok(Duration::from_secs(number.parse::<u64>()? * seconds))
}

/// The arguments.
struct Asked<'a>(Vec<&'a str>);

impl Asked<'_> {
    fn after(&self, name: &str) -> Option<&str> {
        let at = self.0.iter().position(|asked| *asked == name)?;
        self.0.get(at + 1).copied()
    }

    fn number(&self, name: &str, otherwise: u64) -> Result<u64, Failure> {
        match self.after(name) {
            Some(number) => Ok(number.parse()?),
            None => Ok(otherwise),
        }
    }

    /// Rounds at once: most of the time of one is spent waiting for a disk or a process.
    fn lanes(&self) -> Result<usize, Failure> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from) as u64;
        Ok(self.number("--lanes", 2 * cores)?.max(1) as usize)
    }

    fn sabotage(&self) -> Option<&'static str> {
        self.0.contains(&"--sabotage").then_some(SABOTAGE)
    }
}

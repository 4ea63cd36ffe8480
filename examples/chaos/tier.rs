//! How much is checked when: before a merge, every night, before a release.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;

use serde_json::{Value, json};

use super::Failure;
use super::bed::Bed;
use super::check::Check;
use super::disk::disk;
use super::long_tests::long_tests;
use super::rounds::{Kind, Rounds, Until};

/// How much is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Within a minute, for every change; the tests are the rest of it.
    Gate,
    /// Within two hours: the tests that take minutes, too.
    Nightly,
    /// Within eight hours: the tests that take half an hour, too.
    Release,
}

impl Tier {
    fn name(self) -> &'static str {
        match self {
            Tier::Gate => "gate",
            Tier::Nightly => "nightly",
            Tier::Release => "release",
        }
    }

    fn rounds(self) -> Vec<(Kind, Until)> {
        match self {
            Tier::Gate => vec![
                (Kind::Kills, Until::Count(25)),
                (Kind::Cuts, Until::Count(10)),
            ],
            Tier::Nightly => random(1_000, 300),
            Tier::Release => random(10_000, 3_000),
        }
    }

    /// Modules of tests of which each takes half an hour.
    fn left_out(self) -> &'static [&'static str] {
        match self {
            Tier::Release => &[],
            Tier::Gate | Tier::Nightly => &["rebuild::", "sweep::"],
        }
    }

    /// Runs all its checks.
    pub async fn run(self, bed: &Bed, seed: u64, lanes: usize) -> Result<Vec<Check>, Failure> {
        let mut checks = Vec::new();
        for (kind, until) in self.rounds() {
            let rounds = Rounds {
                bed,
                kind,
                seed,
                lanes,
                sabotage: None,
            };
            checks.push(rounds.run(until).await?);
        }
        if self != Tier::Gate {
            checks.push(disk(bed, seed).await?);
            checks.extend(long_tests(self.left_out())?);
        }
        Ok(checks)
    }

    /// Writes what came of it into a file.
    pub async fn write(
        self,
        bed: &Bed,
        seed: u64,
        checks: &[Check],
        file: &Path,
    ) -> Result<(), Failure> {
        let result = json!({
            "tier": self.name(),
            "seed": seed,
            "commit": commit(),
            "postgres": bed.version().await?,
            "machine": machine(),
            "checks": checks.iter().map(Check::json).collect::<Vec<Value>>(),
        });
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, format!("{result:#}\n"))?;
        println!("written to {}", file.display());
        Ok(())
    }
}

fn random(kills: u64, cuts: u64) -> Vec<(Kind, Until)> {
    vec![
        (Kind::Kills, Until::Count(kills)),
        (Kind::Cuts, Until::Count(cuts)),
        (Kind::Steps, Until::AllAreDone),
    ]
}

impl FromStr for Tier {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let all = [Tier::Gate, Tier::Nightly, Tier::Release];
        let known = all.into_iter().find(|tier| tier.name() == name);
        known.ok_or_else(|| format!("{name} is neither gate nor nightly nor release"))
    }
}

/// The commit that is checked, as far as git knows.
fn commit() -> String {
    let mut git = Command::new("git");
    git.args([
        "describe",
        "--always",
        "--dirty",
        "--abbrev=7",
        "--exclude=*",
    ]);
    let said = git.current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let said = said.ok().filter(|said| said.status.success());
    said.map_or_else(
        || String::from("unknown"),
        |said| String::from_utf8_lossy(&said.stdout).trim().to_owned(),
    )
}

/// The processors.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or(std::env::consts::ARCH, |(_, model)| model);
    format!("{cores} × {model}, {}", std::env::consts::OS)
}

//! Rounds, one after the other, until there were enough.

use std::fmt;
use std::pin::pin;
use std::str::FromStr;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use ml_chaos::{Act, Dice, FailPoint};

use super::Failure;
use super::bed::Bed;
use super::blow::Blow;
use super::check::{Check, Reach};
use super::round::{Plan, Round};

/// What rounds do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Kills and stops at random, up to five in a row.
    Kills,
    /// Cuts of the connection at random messages.
    Cuts,
    /// A kill at each step: the number of the round is that of the step.
    Steps,
}

/// When there were enough.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// So many blows came to pass.
    Count(u64),
    /// So long.
    For(Duration),
    /// There are no more.
    AllAreDone,
}

/// Rounds of a kind. The seed and its number make a round.
pub struct Rounds<'a> {
    pub bed: &'a Bed,
    pub kind: Kind,
    pub seed: u64,
    /// Rounds at once.
    pub lanes: usize,
    /// Done behind the back of the pipeline in each round.
    pub sabotage: Option<&'static str>,
}

impl Rounds<'_> {
    /// One round.
    pub async fn round(&self, number: u64) -> Result<Round, Failure> {
        let mut dice = Dice::of(self.seed, number);
        let mut plan = match self.kind {
            Kind::Kills => Plan::kills(self.bed, &mut dice),
            Kind::Cuts => Plan::cuts(self.bed, &mut dice),
            Kind::Steps => Plan::one(Blow::KilledAt(FailPoint::nth(number, Act::Kill))),
        };
        plan.sabotage = self.sabotage;
        let name = format!("chaos_{}_{number}", self.kind);
        let round = plan.run(self.bed, &name, &mut dice).await?;
        for violation in &round.violations {
            println!("VIOLATED {violation}");
        }
        if !round.violations.is_empty() {
            println!("  in round {number}: {}", round.story.join("; "));
            println!("  once more: {}", self.replay(number));
        }
        Ok(round)
    }

    /// What makes a round happen once more.
    pub fn replay(&self, number: u64) -> String {
        let (seed, kind) = (self.seed, self.kind);
        let sabotage = self.sabotage.map_or("", |_| " --sabotage");
        format!("cargo run --release --example chaos -- replay {seed} {number} {kind}{sabotage}")
    }

    /// Rounds until there were enough.
    pub async fn run(&self, until: Until) -> Result<Check, Failure> {
        let began = Instant::now();
        let mut check = Check {
            name: self.kind.title().to_owned(),
            reach: self.kind.reach(),
            runs: 0,
            violations: 0,
            took: Duration::ZERO,
        };
        let mut told = 0;
        let last = match self.kind {
            Kind::Steps => self.bed.clean.steps.len() as u64,
            _ => u64::MAX,
        };
        let rounds = stream::iter(1..=last).map(|number| self.round(number));
        let mut rounds = pin!(rounds.buffer_unordered(self.lanes));
        let mut ended = 0;
        while let Some(round) = rounds.next().await {
            let round = round?;
            ended += 1;
            check.runs += round.met;
            check.violations += round.violations.len() as u64;
            check.took = began.elapsed();
            if check.runs / 100 > told {
                told = check.runs / 100;
                println!("{check}, seed {}, {ended} rounds", self.seed);
            }
            if is_over(until, ended, &check) {
                break;
            }
        }
        println!("{check}, seed {}", self.seed);
        Ok(check)
    }
}

fn is_over(until: Until, rounds: u64, check: &Check) -> bool {
    match until {
        // a pipeline that nothing comes to pass in would be broken for ever
        Until::Count(count) => check.runs >= count || rounds / 10 > count,
        Until::For(long) => check.took >= long,
        Until::AllAreDone => false,
    }
}

impl Kind {
    fn reach(self) -> Reach {
        match self {
            Kind::Kills | Kind::Cuts => Reach::AtRandom,
            Kind::Steps => Reach::Each,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Kind::Kills => "random kills and stops",
            Kind::Cuts => "random cuts of the connection",
            Kind::Steps => "a kill at each step",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Kills => "kills",
            Kind::Cuts => "cuts",
            Kind::Steps => "steps",
        })
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let all = [Kind::Kills, Kind::Cuts, Kind::Steps];
        let known = all.into_iter().find(|kind| kind.to_string() == name);
        known.ok_or_else(|| format!("{name} is neither kills nor cuts nor steps"))
    }
}

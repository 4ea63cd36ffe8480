//! A round: a database, up to five blows one after the other, and a run that nothing breaks.

use ml_chaos::{Dice, End, Footprint, Inspection, Invariant, Violation};

use super::Failure;
use super::bed::{Base, Bed, Ground};
use super::blow::{Blow, Struck};
use super::subject;

/// What is to happen in a round.
#[derive(Debug)]
pub struct Plan {
    pub base: Base,
    pub blows: Vec<Blow>,
    /// Done to the database behind the back of the pipeline, before the last run: to see that it is found out.
    pub sabotage: Option<&'static str>,
}

/// What came of a round.
#[derive(Debug, Default)]
pub struct Round {
    /// How many blows came to pass.
    pub met: u64,
    pub violations: Vec<Violation>,
    /// What was done, blow by blow.
    pub story: Vec<String>,
}

/// How often a run is broken before one may come to its end.
const DEPTH: u64 = 5;

/// What a run with nothing to do must not write: all of this.
const WRITTEN: [&str; 4] = ["meta", "bronze", "silver", "gold"];
/// But this: the first run of a process does not trust the watermark, since a restore may have left it behind, and puts a
/// new one in its place.
const PROGRESS: [&str; 1] = ["meta.watermark"];

impl Plan {
    /// Kills, as the dice have it: the rerun is killed, and its rerun, up to five times.
    pub fn kills(bed: &Bed, dice: &mut Dice) -> Self {
        let base = dice.one([Base::Empty, Base::Prepared, Base::Prepared, Base::Prepared]);
        let (mut steps, mut blows) = (bed.clean.steps.len() as u64, Vec::new());
        let depth = 1 + dice.below(DEPTH).max(dice.below(DEPTH));
        for _ in 0..depth {
            blows.push(Blow::kill(dice, steps, bed.clean.took));
            // a rerun finds some of it done
            steps = (steps * 3 / 4).max(1);
        }
        Plan {
            base,
            blows,
            sabotage: None,
        }
    }

    /// Cuts of the connection, as the dice have it, twice in a row at most.
    pub fn cuts(bed: &Bed, dice: &mut Dice) -> Self {
        let blows = (0..=dice.below(2)).map(|_| Blow::cut(dice, bed.clean.messages));
        let blows = blows.collect();
        Plan {
            base: Base::Prepared,
            blows,
            sabotage: None,
        }
    }

    /// One blow alone.
    pub fn one(blow: Blow) -> Self {
        Plan {
            base: Base::Prepared,
            blows: vec![blow],
            sabotage: None,
        }
    }

    /// Carries it out in a database of this name.
    pub async fn run(&self, bed: &Bed, name: &str, dice: &mut Dice) -> Result<Round, Failure> {
        let mut ground = bed.ground(name, self.base).await?;
        let mut round = Round::default();
        for blow in &self.blows {
            let before = ground.applied().await?;
            let struck = blow.strike(&ground, dice).await?;
            round.look(&mut ground, before, struck).await?;
        }
        if let Some(sabotage) = self.sabotage {
            ground.client.batch_execute(sabotage).await?;
        }
        round.converge(&mut ground).await?;
        ground.clear().await?;
        Ok(round)
    }
}

impl Round {
    fn violated(&mut self, invariant: Invariant, found: impl Into<String>) {
        self.violations.push(Violation::of(invariant, found));
    }

    /// Looks at the database after a blow.
    async fn look(
        &mut self,
        ground: &mut Ground<'_>,
        before: u64,
        struck: Struck,
    ) -> Result<(), Failure> {
        self.met += u64::from(struck.met);
        if let Some(failed) = struck.failed {
            self.violated(
                Invariant::Upright,
                format!("a run failed by itself: {failed}"),
            );
        }
        if struck.late {
            self.violated(Invariant::Timely, "a run did not end in time");
        }
        let patience = ground.bed.patience();
        let mut inspection = Inspection::by(&mut ground.client);
        let found = inspection.after_a_kill(patience).await?;
        self.violations.extend(found);
        if let Some((committed, asked)) = struck.committed {
            let applied = ground.applied().await? - before;
            if !(committed..=asked).contains(&applied) {
                let found = format!(
                    "{applied} loads are there; {committed} were acknowledged of {asked} that were asked for"
                );
                self.violated(Invariant::Atomic, found);
            }
        }
        self.story.push(struck.story);
        Ok(())
    }

    /// Runs without a blow: the tables are those of a clean run, and one more run has nothing to do.
    async fn converge(&mut self, ground: &mut Ground<'_>) -> Result<(), Failure> {
        self.finish(ground, "the last run").await?;
        let found = subject::digest(&ground.client).await?;
        let clean = &ground.bed.clean.digest;
        if found != *clean {
            self.violated(
                Invariant::Converges,
                format!("found\n{found}a clean run has\n{clean}"),
            );
        }
        let before = Footprint::of(&ground.client, &WRITTEN, &PROGRESS).await?;
        self.finish(ground, "one more run").await?;
        let after = Footprint::of(&ground.client, &WRITTEN, &PROGRESS).await?;
        self.violations.extend(after.written_since(&before));
        Ok(())
    }

    /// A run that is to come to its end.
    async fn finish(&mut self, ground: &mut Ground<'_>, what: &str) -> Result<(), Failure> {
        let mut victim = ground.bed.victim(&ground.url, &[])?;
        let ended = tokio::time::timeout(ground.bed.deadline(), victim.wait()).await;
        match ended.map(|end| end.ok()) {
            Ok(Some(End::Finished)) => self.story.push(format!("{what} finished")),
            Ok(end) => self.violated(
                Invariant::Upright,
                format!("{what} failed by itself: {end:?}"),
            ),
            Err(_) => self.violated(Invariant::Timely, format!("{what} did not end in time")),
        }
        drop(victim);
        let patience = ground.bed.patience();
        let mut inspection = Inspection::by(&mut ground.client);
        let found = inspection.after_a_kill(patience).await?;
        self.violations.extend(found);
        Ok(())
    }
}

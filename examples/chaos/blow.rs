//! What is done to a run.

use std::fmt;
use std::time::Duration;

use ml_chaos::{Act, Break, Dice, End, FailPoint, Fault, Message, Proxy, Victim};

use super::Failure;
use super::bed::Ground;

/// One way to break a run.
#[derive(Debug, Clone)]
pub enum Blow {
    /// Killed at a step.
    KilledAt(FailPoint),
    /// Killed after so long.
    KilledAfter(Duration),
    /// Stopped at a step; a second process runs meanwhile.
    StoppedAt(FailPoint, Then),
    /// The connection is cut at a message.
    Cut(Fault),
}

/// What becomes of a process that was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It goes on beside the other.
    GoesOn,
    /// It is killed.
    IsKilled,
    /// An operator ends its sessions, and it goes on without.
    LosesItsSessions,
}

/// What a blow came to.
#[derive(Debug, Default)]
pub struct Struck {
    /// Whether it came to pass: a run may have ended before.
    pub met: bool,
    /// The loads that the run was told were committed, and those that it asked for.
    pub committed: Option<(u64, u64)>,
    /// What was done, and where the run stood.
    pub story: String,
    /// A run that failed by itself.
    pub failed: Option<String>,
    /// Whether somebody did not end in time.
    pub late: bool,
}

/// How long the second of two processes runs alone, at most.
const ALONE: u64 = 300;

impl Blow {
    /// A blow of a kill loop, to a run of so many steps that takes so long.
    pub fn kill(dice: &mut Dice, steps: u64, took: Duration) -> Self {
        let nth = 1 + dice.below(steps);
        match dice.below(10) {
            0..=3 => Blow::KilledAfter(dice.part(took)),
            4..=7 => Blow::KilledAt(FailPoint::nth(nth, Act::Kill)),
            _ => {
                let then = dice.one([Then::GoesOn, Then::IsKilled, Then::LosesItsSessions]);
                Blow::StoppedAt(FailPoint::nth(nth, Act::Stop), then)
            }
        }
    }

    /// A cut of one of so many messages.
    pub fn cut(dice: &mut Dice, messages: u64) -> Self {
        Blow::Cut(Fault {
            message: Message::Nth(1 + dice.below(messages)),
            at: dice.one(Break::ALL),
        })
    }

    /// Runs on this ground, and is broken.
    pub async fn strike(&self, ground: &Ground<'_>, dice: &mut Dice) -> Result<Struck, Failure> {
        match self {
            Blow::KilledAt(point) => {
                let victim = ground
                    .bed
                    .victim(&ground.url, std::slice::from_ref(point))?;
                killed(ground, victim, self).await
            }
            Blow::KilledAfter(delay) => {
                let mut victim = ground.bed.victim(&ground.url, &[])?;
                tokio::time::sleep(*delay).await;
                victim.kill()?;
                killed(ground, victim, self).await
            }
            Blow::StoppedAt(point, then) => {
                let alone = Duration::from_millis(dice.below(ALONE));
                stopped(ground, point, *then, alone).await
            }
            Blow::Cut(fault) => cut(ground, *fault).await,
        }
    }
}

/// Waits for the end of a run, and no longer than it may take.
async fn ended(
    ground: &Ground<'_>,
    victim: &mut Victim,
    struck: &mut Struck,
) -> Result<Option<End>, Failure> {
    match tokio::time::timeout(ground.bed.deadline(), victim.wait()).await {
        Ok(end) => {
            let end = end?;
            if let End::Failed(status) = end {
                struck.failed = Some(format!("{status} after {}", place(victim)));
            }
            Ok(Some(end))
        }
        Err(_) => {
            struck.late = true;
            victim.kill()?;
            Ok(None)
        }
    }
}

/// Where a run stood last.
fn place(victim: &Victim) -> String {
    let steps = victim.steps();
    let last = steps.last().unwrap_or("the start");
    format!("step {} ({last})", steps.len())
}

async fn killed(ground: &Ground<'_>, mut victim: Victim, blow: &Blow) -> Result<Struck, Failure> {
    let mut struck = Struck::default();
    let end = ended(ground, &mut victim, &mut struck).await?;
    let steps = victim.steps();
    struck.met = end == Some(End::Killed);
    struck.committed = Some((steps.count("committed"), steps.count("commit")));
    struck.story = format!("{blow}, {end:?} at {}", place(&victim));
    Ok(struck)
}

async fn stopped(
    ground: &Ground<'_>,
    point: &FailPoint,
    then: Then,
    alone: Duration,
) -> Result<Struck, Failure> {
    let mut struck = Struck::default();
    let mut first = ground
        .bed
        .victim(&ground.url, std::slice::from_ref(point))?;
    if tokio::time::timeout(ground.bed.deadline(), first.stopped())
        .await
        .is_err()
    {
        struck.late = true;
        return Ok(struck);
    }
    struck.met = !first.has_ended()?;
    let stood = place(&first);
    let sessions = ground.sessions().await?;
    let mut second = ground.bed.victim(&ground.url, &[])?;
    tokio::time::sleep(alone).await;
    match then {
        Then::GoesOn => first.cont()?,
        Then::IsKilled => first.kill()?,
        Then::LosesItsSessions => {
            ground.end(&sessions).await?;
            first.cont()?;
        }
    }
    let other = ended(ground, &mut second, &mut struck).await?;
    let mut ignored = Struck::default();
    let one = match then {
        // whoever has lost its connection says so, and fails
        Then::LosesItsSessions => ended(ground, &mut first, &mut ignored).await?,
        _ => ended(ground, &mut first, &mut struck).await?,
    };
    struck.late |= ignored.late;
    struck.story =
        format!("stopped at {stood}, {alone:?} later it {then:?}: {one:?}; the other {other:?}");
    Ok(struck)
}

async fn cut(ground: &Ground<'_>, fault: Fault) -> Result<Struck, Failure> {
    let mut struck = Struck::default();
    let proxy = Proxy::start(&ground.url).await?;
    proxy.plan(fault);
    let mut victim = ground.bed.victim(&proxy.url(), &[])?;
    let end = ended(ground, &mut victim, &mut struck).await?;
    // whoever has lost its connection may say so, and fail
    struck.failed = None;
    struck.met = !proxy.is_pending();
    let steps = victim.steps();
    struck.committed = Some((steps.count("committed"), steps.count("commit")));
    struck.story = format!("cut at {fault:?}, {end:?} at {}", place(&victim));
    Ok(struck)
}

/// In words for whoever looks for a cause.
impl fmt::Display for Blow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Blow::KilledAt(point) => write!(f, "FAILPOINTS={point}"),
            Blow::KilledAfter(delay) => write!(f, "killed after {delay:?}"),
            Blow::StoppedAt(point, then) => write!(f, "FAILPOINTS={point}, then it {then:?}"),
            Blow::Cut(fault) => write!(f, "{fault:?}"),
        }
    }
}

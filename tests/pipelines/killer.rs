//! Copies of this program that run one of its tests, and are killed at a step.

use std::env;
use std::process::{Command, Stdio};
use std::time::Duration;

use metalayer::pg::STEP;
use ml_chaos::{Act, End, FailPoint, Inspection, Steps, Told, Victim, Violation};
use tempfile::TempDir;

use crate::aftermath::connect;
use crate::support::Fresh;

/// How long the server may take to notice that a process is gone, on a machine that runs all other tests meanwhile.
const PATIENCE: Duration = Duration::from_secs(10);

/// A copy of this program that runs the test `name`, which is told what stands in `told`, too.
pub fn copy(name: &str, told: &[(&str, &str)]) -> Command {
    let mut copy = Command::new(env::current_exe().unwrap());
    copy.args(["--exact", name, "--nocapture", "--test-threads=1"])
        .envs(told.iter().copied())
        .stdout(Stdio::null());
    copy
}

/// What a child is killed at: a step by its number, or 0 for none.
pub fn at(step: u32) -> Option<FailPoint> {
    (step > 0).then(|| FailPoint::nth(step.into(), Act::Kill))
}

/// Starts a copy that runs the test `name`.
pub fn spawn(name: &str, url: &str, point: Option<FailPoint>, told: &[(&str, &str)]) -> Victim {
    Victim::start(copy(name, told), url, point.as_slice()).unwrap()
}

/// Whether the child came to its end; one that was not killed and did not is a failure.
pub async fn has_ended(victim: &mut Victim) -> bool {
    let end = victim.wait().await.unwrap();
    assert!(
        !matches!(end, End::Failed(_)),
        "the child failed by itself: {end:?}"
    );
    end == End::Finished
}

/// In a child: its database; `None` in any other process, where its test has nothing to do. Its steps are fail points
/// once it is armed.
pub fn told() -> Option<Child> {
    let told = Told::here()?;
    let url = told.database().to_owned();
    Some(Child { told, url })
}

/// A process that is to be killed.
pub struct Child {
    told: Told,
    pub url: String,
}

impl Child {
    pub fn arm(&self) {
        self.told.arm(STEP).unwrap();
    }
}

/// A test that a copy of this program runs, each time in a copy of a database.
pub struct Killing {
    pub child: &'static str,
    pub told: Vec<(&'static str, String)>,
    pub before: Fresh,
    /// Whether the ledger tells what the tables hold.
    is_told: bool,
    /// What the child reads; it goes with this.
    folder: Option<TempDir>,
}

impl Killing {
    pub fn of(child: &'static str, before: Fresh) -> Self {
        let told = Vec::new();
        Killing {
            child,
            told,
            before,
            is_told: true,
            folder: None,
        }
    }

    /// The same over tables that a test has written by hand, so that the ledger does not tell what they hold.
    pub fn by_hand(mut self) -> Self {
        self.is_told = false;
        self
    }

    /// The same, whose child reads this folder, as it is told by `name`.
    pub fn reading(mut self, name: &'static str, folder: TempDir) -> Self {
        let path = folder.path().to_str().unwrap().to_owned();
        self.folder = Some(folder);
        self.told(name, path)
    }

    pub fn told(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.told.push((name, value.into()));
        self
    }

    /// The steps that are reached where nobody is killed.
    pub async fn steps(&self) -> Steps {
        let fresh = self.before.copy().await;
        let (steps, has_ended) = self.kill(&fresh, None).await;
        assert!(has_ended);
        steps
    }

    /// Runs a child up to a fail point; looks at what it has left. Answers its steps, and whether it came to its end.
    pub async fn kill(&self, fresh: &Fresh, point: Option<FailPoint>) -> (Steps, bool) {
        let what = format!("{} {point:?}", self.child);
        let told: Vec<_> = self
            .told
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let mut victim = spawn(self.child, &fresh.url, point, &told);
        let has_ended = has_ended(&mut victim).await;
        if self.is_told {
            inspect(fresh, &what).await;
        }
        (victim.steps(), has_ended)
    }
}

/// Looks at a database that nobody is to be at work in, by a connection of its own.
pub async fn inspect(fresh: &Fresh, what: &str) {
    let mut client = connect(&fresh.url).await;
    let found = Inspection::by(&mut client).after_a_kill(PATIENCE).await;
    expect_none(&found.unwrap(), what);
}

/// Compares the ledger with the tables, whoever is connected.
pub async fn inspect_ledger(fresh: &Fresh, what: &str) {
    let mut client = connect(&fresh.url).await;
    let found = Inspection::by(&mut client).ledger().await;
    expect_none(&found.unwrap(), what);
}

fn expect_none(found: &[Violation], what: &str) {
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{what}: {found:#?}");
}

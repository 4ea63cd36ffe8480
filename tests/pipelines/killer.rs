//! Copies of this program that run one of its tests, and are killed at a step.

use std::env;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use metalayer::pg::STEP;
use tracing::span;

/// What the child is told: its database, and the step to be killed at, or 0 for none.
const URL: &str = "ML_CHILD_URL";
const STEP_NO: &str = "ML_CHILD_STEP";

/// Starts a copy that runs the test `name`, which is told what stands in `told`, too.
pub fn spawn(name: &str, url: &str, step: u32, told: &[(&str, &str)]) -> Child {
    let mut child = Command::new(env::current_exe().unwrap());
    child
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .envs([(URL, url), (STEP_NO, &step.to_string())])
        .envs(told.iter().copied())
        .stdout(Stdio::null());
    child.spawn().unwrap()
}

/// Whether the child came to its end; one that was not killed and did not is a failure.
pub async fn has_ended(mut child: Child) -> bool {
    let waited = tokio::task::spawn_blocking(move || child.wait()).await;
    let status = waited.unwrap().unwrap();
    let was_killed = status.code().is_none();
    assert!(
        status.success() || was_killed,
        "the child failed by itself: {status}"
    );
    status.success()
}

/// In a child: its database, and who kills it; `None` in any other process, where its test has nothing to do.
pub fn told() -> Option<(String, Killer)> {
    let url = env::var(URL).ok()?;
    let step = env::var(STEP_NO).unwrap().parse().unwrap();
    let left = AtomicU32::new(step);
    Some((url, Killer { left }))
}

/// Kills its own process at the n-th step.
pub struct Killer {
    left: AtomicU32,
}

impl tracing::Subscriber for Killer {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == STEP
    }

    fn event(&self, _event: &tracing::Event<'_>) {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            // The shell's own: a small system has no program of that name.
            let _ = Command::new("sh").args(["-c", "kill -9 $PPID"]).status();
            std::thread::sleep(std::time::Duration::from_secs(60));
        }
    }

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}
    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}
    fn enter(&self, _span: &span::Id) {}
    fn exit(&self, _span: &span::Id) {}
}

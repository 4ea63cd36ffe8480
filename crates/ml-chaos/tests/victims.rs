//! Children do what their fail points say, and none is left behind.
#![allow(clippy::unwrap_used)]

use std::env;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ml_chaos::{Act, End, FailPoint, Told, Victim};

const TARGET: &str = "victims::step";
const STEPS: [&str; 5] = ["begin", "send", "send", "commit", "committed"];

/// A copy of this program that runs one of its tests.
fn copy(test: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn victim(points: &[FailPoint]) -> Victim {
    Victim::start(copy("child"), "postgres://nobody@nowhere/x", points).unwrap()
}

/// Not a test of its own: what a victim does.
#[test]
fn child() {
    let Some(told) = Told::here() else { return };
    assert_eq!(told.database(), "postgres://nobody@nowhere/x");
    told.arm(TARGET).unwrap();
    for step in STEPS {
        tracing::trace!(target: TARGET, step);
        tracing::trace!(target: "another", step = "not looked at");
    }
}

#[tokio::test]
async fn a_dry_run_tells_its_steps() {
    let mut victim = victim(&[]);
    assert_eq!(victim.wait().await.unwrap(), End::Finished);
    assert!(victim.steps().iter().eq(STEPS));
}

#[tokio::test]
async fn killed_at_each_occurrence_of_each_step() {
    for (point, reached) in [
        (FailPoint::at("begin", 1, Act::Kill), 1),
        (FailPoint::at("send", 1, Act::Kill), 2),
        (FailPoint::at("send", 2, Act::Kill), 3),
        (FailPoint::nth(4, Act::Kill), 4),
        (FailPoint::at("committed", 1, Act::Kill), 5),
    ] {
        let mut victim = victim(std::slice::from_ref(&point));
        assert_eq!(victim.wait().await.unwrap(), End::Killed, "{point}");
        assert!(
            victim.steps().iter().eq(STEPS[..reached].iter().copied()),
            "{point}"
        );
    }
}

#[tokio::test]
async fn what_is_never_reached_kills_nobody() {
    let mut victim = victim(&[FailPoint::at("send", 3, Act::Kill)]);
    assert_eq!(victim.wait().await.unwrap(), End::Finished);
}

#[tokio::test]
async fn a_panic_and_what_cannot_be_read_are_failures() {
    let mut panicking = victim(&[FailPoint::at("commit", 1, Act::Panic)]);
    assert!(matches!(panicking.wait().await.unwrap(), End::Failed(_)));
    assert_eq!(panicking.steps().last(), Some("commit"));
    let mut unread = victim(&[FailPoint::at("no;name", 1, Act::Kill)]);
    assert!(matches!(unread.wait().await.unwrap(), End::Failed(_)));
    assert!(unread.steps().is_empty());
}

#[tokio::test]
async fn one_that_is_stopped_goes_on_where_it_stood() {
    let mut victim = victim(&[FailPoint::at("commit", 1, Act::Stop)]);
    victim.stopped().await.unwrap();
    assert_eq!(victim.steps().last(), Some("commit"));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(victim.steps().last(), Some("commit"));
    victim.cont().unwrap();
    assert_eq!(victim.wait().await.unwrap(), End::Finished);
    assert!(victim.steps().iter().eq(STEPS));
}

#[tokio::test]
async fn a_sleeping_one_can_be_killed_from_outside() {
    let long = Act::Sleep(Duration::from_secs(600));
    let mut victim = victim(&[FailPoint::at("commit", 1, long)]);
    while victim.steps().count("commit") == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    victim.kill().unwrap();
    assert_eq!(victim.wait().await.unwrap(), End::Killed);
}

const NUMBER: &str = "ML_VICTIMS_NUMBER";
const ACT: &str = "ML_VICTIMS_ACT";

/// Not a test of its own: a parent that says what its victim's number is, and waits to be killed.
#[tokio::test]
async fn parent() {
    let Some(file) = env::var_os(NUMBER) else {
        return;
    };
    let act = match env::var(ACT).unwrap().as_str() {
        "stop" => Act::Stop,
        _ => Act::Sleep(Duration::from_secs(600)),
    };
    let mut victim = victim(&[FailPoint::at("send", 1, act)]);
    while victim.steps().count("send") == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    if act == Act::Stop {
        victim.stopped().await.unwrap();
    }
    let mut file = std::fs::File::create(file).unwrap();
    writeln!(file, "{}", victim.process_id()).unwrap();
    std::thread::sleep(Duration::from_secs(600));
}

fn is_alive(process: &str) -> bool {
    let mut ps = Command::new("sh");
    let asked = ps
        .args(["-c", &format!("kill -0 {process}")])
        .stderr(Stdio::null());
    asked.status().unwrap().success()
}

#[test]
fn none_is_left_behind_by_a_parent_that_is_killed() {
    for act in ["sleep", "stop"] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("number");
        let mut parent = copy("parent")
            .env(NUMBER, &file)
            .env(ACT, act)
            .spawn()
            .unwrap();
        let number = loop {
            match std::fs::read_to_string(&file) {
                Ok(number) if number.ends_with('\n') => break number.trim().to_owned(),
                _ => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        assert!(is_alive(&number));
        parent.kill().unwrap();
        parent.wait().unwrap();
        let killed = Instant::now();
        while is_alive(&number) {
            assert!(
                killed.elapsed() < Duration::from_secs(10),
                "{act}: {number} is left"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

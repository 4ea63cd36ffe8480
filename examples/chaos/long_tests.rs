//! The tests of the workspace that are part of a tier: those with seeded bugs, and those that take too long for every change.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::Failure;
use super::check::{Check, Reach};

/// The checks that tests tell, but for those of some modules, and the seeded bugs.
pub fn long_tests(left_out: &[&str]) -> Result<Vec<Check>, Failure> {
    let mut checks = vec![seeded_bugs()?];
    let mut arguments = vec!["--workspace", "--test", "pipelines", "for_long", "--"];
    // one after the other, so that none waits for another's share of the machine
    arguments.extend(["--ignored", "--nocapture", "--test-threads=1"]);
    for module in left_out {
        arguments.extend(["--skip", *module]);
    }
    let lines = run(&arguments)?;
    let told = lines.iter().filter_map(|line| Check::told(line));
    checks.extend(told);
    let failed = lines.iter().filter(|line| line.ends_with("FAILED")).count() as u64;
    if failed > 0 {
        let mut check = Check::held("tests that failed", Reach::Each, failed, Instant::now());
        check.violations = failed;
        checks.push(check);
    }
    Ok(checks)
}

/// Mistakes that a small loader makes on purpose: one that is not caught is a violation.
fn seeded_bugs() -> Result<Check, Failure> {
    let began = Instant::now();
    let lines = run(&["--workspace", "--test", "teeth", "seeded_bug"])?;
    let ends = |end: &str| {
        let bugs = lines.iter().filter(|line| line.contains("seeded_bug_"));
        bugs.filter(|line| line.ends_with(end)).count() as u64
    };
    let (caught, missed) = (ends("ok"), ends("FAILED"));
    let name = "seeded bugs, to be caught";
    let mut check = Check::held(name, Reach::Each, caught + missed, began);
    check.violations = missed;
    println!("{check}");
    Ok(check)
}

/// The lines that tests print, which are passed on.
fn run(arguments: &[&str]) -> Result<Vec<String>, Failure> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| String::from("cargo"));
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.arg("test").args(arguments);
    let mut tests = command.stdout(Stdio::piped()).spawn()?;
    let printed = tests.stdout.take().ok_or("the tests print nowhere")?;
    let mut lines = Vec::new();
    for line in BufReader::new(printed).lines() {
        let line = line?;
        println!("{line}");
        lines.push(line);
    }
    let ended = tests.wait()?;
    let has_run = lines.iter().any(|line| line.starts_with("test result:"));
    match has_run {
        true => Ok(lines),
        false => Err(format!("the tests could not be run: {ended}").into()),
    }
}

//! Which server is taken. The environment belongs to a whole process: each case has its own.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use ml_embed::Cluster;
use std::{env, process::Command};

/// Set for the copy of this program which starts a server under the conditions of a test.
const INNER: &str = "ML_EMBED_INNER";

/// Not a test of its own: what a copy of this program does.
#[test]
fn inner() {
    if env::var_os(INNER).is_some() {
        match Cluster::temporary().start() {
            Ok(cluster) => println!("started {}", cluster.origin()),
            Err(error) => println!("{error}"),
        }
    }
}

fn with(name: &str, value: &str) -> String {
    let mut inner = Command::new(env::current_exe().unwrap());
    inner
        .args(["--exact", "inner", "--nocapture"])
        .env(INNER, "1")
        .env(name, value);
    String::from_utf8(inner.output().unwrap().stdout).unwrap()
}

#[test]
fn a_wrong_pgbin_is_named_and_nothing_else_is_taken() {
    let said = with("PGBIN", "/nowhere/at/all");
    assert!(said.contains("PGBIN is /nowhere/at/all"), "{said}");
    assert!(!said.contains("started"), "{said}");
}

#[test]
fn a_right_pgbin_is_taken() {
    let usual = Cluster::temporary().start().unwrap();
    if let ml_embed::Origin::Machine(dir) = usual.origin() {
        let said = with("PGBIN", dir.to_str().unwrap());
        assert!(
            said.contains(&format!("started {}", dir.display())),
            "{said}"
        );
    }
}

#[test]
fn a_machine_without_a_cache_still_starts_one() {
    let said = with("XDG_CACHE_HOME", "/proc/no/such/place");
    assert!(said.contains("started"), "{said}");
}

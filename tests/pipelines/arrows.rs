//! Dependencies point one way, as `cargo metadata` sees them.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// For each of our crates, what it depends on when somebody uses it.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = cargo.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let package = |package: &Value| {
        let name = package["name"].as_str().unwrap().to_owned();
        let uses = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|uses| uses["kind"].is_null());
        (
            name,
            uses.map(|uses| uses["name"].as_str().unwrap().to_owned())
                .collect(),
        )
    };
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(package)
        .collect()
}

/// Everything of ours that a crate sees, directly or through another.
fn reach(all: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let mut seen = all[from].clone();
    for next in all[from].iter().filter(|name| all.contains_key(*name)) {
        seen.extend(reach(all, next));
    }
    seen
}

const LAYERS: [&str; 3] = ["ml-bronze", "ml-silver", "ml-gold"];
const CLIENTS: [&str; 5] = [
    "tokio-postgres",
    "deadpool-postgres",
    "refinery",
    "tokio-postgres-rustls",
    "ml-pg",
];

#[test]
fn dependencies_point_one_way() {
    let all = dependencies();
    let none = |of: &str, what: &[&str]| {
        let seen = reach(&all, of);
        let wrong: Vec<_> = what.iter().filter(|name| seen.contains(**name)).collect();
        assert!(wrong.is_empty(), "{of} must not know {wrong:?}");
    };
    for layer in LAYERS {
        none(layer, &CLIENTS);
        for other in LAYERS.iter().filter(|other| **other != layer) {
            none(layer, &[other]);
        }
    }
    none("ml-pg", &LAYERS);
    none("ml-pg", &["ml-quality"]);
    none("ml-core", &CLIENTS);
    none("ml-core", &LAYERS);
    none("ml-quality", &CLIENTS);
    none("ml-quality", &LAYERS);
}

#[test]
fn the_launcher_and_the_harness_are_for_tests_examples_and_benches() {
    let all = dependencies();
    // the fault harness starts servers to break them, and is for tests, too
    let libraries = all
        .keys()
        .filter(|name| !["ml-embed", "ml-chaos"].contains(&name.as_str()));
    for library in libraries {
        for server in ["ml-embed", "ml-chaos"] {
            let carries = all[library].contains(server);
            assert!(!carries, "{library} must not carry {server}");
        }
    }
}

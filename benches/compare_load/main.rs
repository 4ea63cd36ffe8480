//! "Bronze at PostgreSQL's own speed", in figures.
//!
//! `cargo bench --bench compare_load` starts its own server and takes about 12 minutes; it prints one line a figure,
//! `name: value`. Ratios are medians of pairs of runs that take turns in going first; above 1, the first named is faster.
//! The baseline is `psql \copy … CSV HEADER`, which checks nothing, of the same file without its bad rows, into an
//! identical table (`load_vs_psql_copy`), and into one without its index. Ours decodes, judges by twelve rules,
//! quarantines, hashes, and enters the ledger; every row has its load and record number.
//!
//! `cargo bench --bench compare_load -- PART…` takes some parts only: headline, chunks, bad-rows, memory-by-size,
//! small-files, ledger, parallel, silver. `-- memory` loads 10 GB in a cgroup of 64 MiB, which needs 25 GB of disk and
//! the right to make cgroups. `COMPARE_LOAD_ROWS` (2000000) makes everything smaller, `COMPARE_LOAD_PAIRS` (5) shorter.
//!
//! Measured in November 2026 on 2 virtual cores (AMD EPYC) with PostgreSQL 15.18, the bench at real-time priority beside
//! other work: load_vs_psql_copy 1.24, without index 1.04, run_time_vs_typed 0.97, 558,000 rows a second; chunks of 1,000
//! and 100,000 against 10,000 0.94 and 0.66 (a chunk is read and judged before it is sent, so that long ones leave the
//! server idle); 10 % bad rows 0.73; 612 small files a second; ledger p99 2.0 ms; two files at once 1.21 times one
//! after the other, so that one file over several connections, which no one transaction spans, would gain no more than
//! that; peak memory 10 MiB from 10 MB to 1 GB without bad rows; 10.5 GB in 64 MiB with a peak of 29 MiB. COPY BINARY of the
//! ready rows by psql took 2.8 s where ours took 3.3 to 3.6 s and CSV 3.9 s; the quarantine was 0.3 s of that.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../support/bed.rs"]
mod bed;
mod curves;
#[path = "../support/figure.rs"]
mod figure;
mod file;
mod headline;
mod memory;
mod order;
mod server;
mod silver;
mod small;

use std::env;

use crate::figure::figure;
use crate::server::Server;

const ROWS: u64 = 2_000_000;
const PAIRS: u64 = 5;
const PARTS: [&str; 8] = [
    "headline",
    "silver",
    "chunks",
    "bad-rows",
    "small-files",
    "ledger",
    "parallel",
    "memory-by-size",
];

fn main() {
    let mut args: Vec<String> = env::args().skip(1).collect();
    if let [first, path] = args.as_slice()
        && first == memory::CHILD
    {
        return memory::load_and_tell_peak(path);
    }
    // `cargo test --benches` has no use for figures.
    if args.iter().any(|arg| arg == "--test") {
        return;
    }
    args.retain(|arg| !arg.starts_with("--"));
    let parts: Vec<&str> = match args.is_empty() {
        true => PARTS.to_vec(),
        false => args.iter().map(String::as_str).collect(),
    };
    let (rows, pairs) = (
        number("COMPARE_LOAD_ROWS", ROWS),
        number("COMPARE_LOAD_PAIRS", PAIRS),
    );
    let (server, pairs, by) = (Server::start(), pairs as usize, ROWS.div_ceil(rows));
    figure("server", server.bed.about());
    for part in parts {
        match part {
            "headline" => headline::run(&server, rows, pairs),
            "silver" => silver::of_one_load(&server, rows),
            "chunks" => curves::chunks(&server, rows),
            "bad-rows" => curves::bad_rows(&server, rows / 5),
            "small-files" => small::many(&server, 10_000 / by),
            "ledger" => small::ledger(&server),
            "parallel" => small::parallel(&server, rows / 2, pairs),
            "memory-by-size" => memory::sizes(&server, by),
            "memory" => memory::capped(&server, by),
            unknown => panic!("no part {unknown}: expected some of {PARTS:?} or memory"),
        }
    }
}

fn number(name: &str, default: u64) -> u64 {
    match env::var(name) {
        Ok(given) => given.parse().expect("a whole number"),
        Err(_) => default,
    }
}

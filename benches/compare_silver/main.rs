//! Bronze to silver against the hand-written SQL that does the same.
//!
//! `cargo bench --bench compare_silver` starts a server of its own. 1,000,000 records of ten columns, 5 % of them
//! corrections of others, go through eight standardisers and six rules, and are merged on their grain; so do 1 % more of
//! them afterwards, half new and half corrections of what is there. The baseline is `clean.sql` on a connection of the
//! same pool, which keeps no ledger, no reasons, no quarantine and no losers. Both sides must come to the same rows.
//! Ratios are medians of pairs that take turns in going first; above 1 we are faster.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../compare_load/figure.rs"]
mod figure;
mod order;
mod server;

use std::cell::Cell;
use std::env;

use crate::figure::{figure, median, pair_of, pairs, timed, two};
use crate::server::Server;

const ROWS: u64 = 1_000_000;
const PAIRS: usize = 5;

fn main() {
    // `cargo test --benches` has no use for figures.
    if env::args().any(|arg| arg == "--test") {
        return;
    }
    let rows = match env::var("COMPARE_SILVER_ROWS") {
        Ok(given) => given.parse().expect("a whole number"),
        Err(_) => ROWS,
    };
    let server = Server::start();
    figure("server", server.about());
    let first = server.make(1, rows);
    figure(
        "bronze_rows",
        server.count("SELECT count(*) FROM bronze.raw_orders"),
    );
    first_load(&server);
    increments(&server, first, rows);
    nothing_new(&server);
}

/// Good rows are as many on either side, so that the ratio of times is that of rows per second.
fn faster(ours: f64, theirs: f64) -> f64 {
    theirs / ours
}

fn first_load(server: &Server) {
    let mut seconds = Vec::new();
    let ours = || {
        server.empty();
        let took = server.ours();
        seconds.push(took.as_secs_f64());
        took
    };
    let by_hand = || {
        server.empty();
        server.by_hand(0)
    };
    figure("silver_vs_sql", two(pairs(PAIRS, ours, by_hand, faster)));
    figure("silver_seconds", two(median(seconds)));
    server.empty();
    server.ours();
    server.by_hand(0);
    server.assert_same();
}

/// Each pair takes a load of its own in, on top of those before it.
fn increments(server: &Server, first: i64, rows: u64) {
    let share = (rows / 100).max(2);
    let last = Cell::new(first);
    let mut seconds = Vec::new();
    let mut nth = 0;
    let ratios = (0..2 * PAIRS).map(|pair| {
        nth += share / 2;
        let load = server.make(rows - share / 2 + nth, share);
        server.settle();
        let ours = || {
            let took = server.ours();
            seconds.push(took.as_secs_f64());
            took
        };
        let by_hand = || server.by_hand(last.get());
        let ratio = pair_of(pair, ours, by_hand, faster);
        last.set(load);
        ratio
    });
    figure("increment_vs_sql", two(median(ratios.collect())));
    figure("increment_seconds", format!("{:.3}", median(seconds)));
    server.assert_same();
}

fn nothing_new(server: &Server) {
    let times = (0..101).map(|_| timed(|| server.ours()).1.as_secs_f64() * 1_000.0);
    figure("nothing_new_ms", two(median(times.collect())));
}

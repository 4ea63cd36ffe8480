//! Gold from silver: incremental refreshes against full ones, and the views over it.
//!
//! `cargo bench --bench compare_gold` starts a server of its own and fills three silver tables with TPC-H data: the lines
//! of orders with their customer and day, customers, and parts. `COMPARE_GOLD_SF` is the scale, 1 by default, which is 6
//! million lines. A star of three dimensions, one fact and three aggregates is built in full, then pairs of loads of the
//! same kind are taken in, one of a pair incrementally and the other in full, and they take turns in going first. Ratios
//! are medians of pairs; above 1 the incremental refresh is faster. At the end both must have come to the same tables.
//! `COMPARE_GOLD_PAIRS` is how many pairs there are of a kind, 5 by default; `COMPARE_GOLD_STEPS=1` prints the longer steps of the incremental ones.
//!
//! On 2 virtual cores (AMD EPYC), PostgreSQL 15.18, Rust 1.95, SF 1, 3 pairs, with real-time priority over other work:
//! full_vs_incremental 9.56, 16.28 where checks keep the references; recent corrections 12.63, scattered ones 7.23, with an
//! aggregate a customer 6.94; slowest view p99 62.43 ms. Of 1.2 s to insert 66,000 facts three foreign keys take 0.66 and two
//! indexes of trees 0.31.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../support/bed.rs"]
mod bed;
#[path = "../support/figure.rs"]
#[allow(dead_code)]
mod figure;
mod server;
mod star;
mod tpch;
mod views;

use std::env;

use crate::figure::{figure, median, pair_of, timed, two};
use crate::server::{Kind, Server};
use crate::star::Star;

const PAIRS: usize = 5;

fn pairs() -> usize {
    env::var("COMPARE_GOLD_PAIRS").map_or(PAIRS, |given| given.parse().expect("a whole number"))
}

fn main() {
    // `cargo test --benches` has no use for figures.
    if env::args().any(|arg| arg == "--test") {
        return;
    }
    let scale = env::var("COMPARE_GOLD_SF").map_or(1.0, |given| given.parse().expect("a number"));
    let server = Server::start();
    figure("server", server.bed.about());
    server.fill(scale);
    let lines = server.bed.count("SELECT count(*) FROM silver.lines");
    figure("lines", lines);
    let star = Star::plain(&server);
    figure("first_build_seconds", two(star.build(&server)));
    against_full(&server, &star, "full_vs_incremental", Kind::New);
    against_full(&server, &star, "full_vs_recent_corrections", Kind::Recent);
    against_full(&server, &star, "full_vs_scattered", Kind::Scattered);
    nothing_new(&server, &star);
    star.assert_same(&server);
    let checked = Star::checked(&server);
    figure("first_build_checked_seconds", two(checked.build(&server)));
    against_full(&server, &checked, "full_vs_incremental_checked", Kind::New);
    against_full(
        &server,
        &checked,
        "full_vs_recent_corrections_checked",
        Kind::Recent,
    );
    checked.assert_same(&server);
    server.bed.run("DROP SCHEMA checked CASCADE");
    let customers = Star::of_customers(&server);
    figure(
        "first_build_with_customers_seconds",
        two(customers.build(&server)),
    );
    against_full(&server, &customers, "full_vs_with_customers", Kind::New);
    customers.assert_same(&server);
    views::read(&server);
}

/// Each side takes a load of its own in, on top of those before it: 1 % of the lines.
fn against_full(server: &Server, star: &Star, name: &str, kind: Kind) {
    let (mut incremental, mut full) = (Vec::new(), Vec::new());
    let ratios = (0..pairs()).map(|nth| {
        let ours = || {
            server.load(kind);
            let took = star.refresh(server);
            incremental.push(took.as_secs_f64());
            took
        };
        let theirs = || {
            server.load(kind);
            let took = star.rebuild(server);
            full.push(took.as_secs_f64());
            took
        };
        pair_of(nth, ours, theirs, |ours, theirs| theirs / ours)
    });
    let ratio = median(ratios.collect());
    figure(name, two(ratio));
    figure(
        format!("{name}_incremental_seconds"),
        format!("{:.3}", median(incremental)),
    );
    figure(format!("{name}_full_seconds"), two(median(full)));
}

fn nothing_new(server: &Server, star: &Star) {
    let lsn = "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint";
    let mut times = Vec::new();
    let mut silent = 0;
    for _ in 0..51 {
        let before = server.bed.count(lsn);
        let took = timed(|| star.look(server)).1;
        times.push(took.as_secs_f64() * 1_000.0);
        silent += u32::from(before == server.bed.count(lsn));
    }
    figure("nothing_new_ms", two(median(times)));
    figure("nothing_new_without_wal", format!("{silent} of 51"));
}

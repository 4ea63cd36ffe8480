//! Gold from silver: incremental refreshes against full ones, and the views over it.
//!
//! `cargo bench --bench compare_gold` starts a server of its own and fills three silver tables with TPC-H data: the lines
//! of orders with their customer and day, customers, and parts. `COMPARE_GOLD_SF` is the scale, 1 by default, which is 6
//! million lines. A star of three dimensions, one fact and three aggregates is built in full, then pairs of loads of the
//! same kind are taken in, one of a pair incrementally and the other in full, and they take turns in going first. Ratios
//! are medians of pairs; above 1 the incremental refresh is faster. At the end both must have come to the same tables.
//! `COMPARE_GOLD_PAIRS` is how many pairs there are of a kind, 5 by default; `COMPARE_GOLD_STEPS=1` prints the longer steps of the incremental ones.
//!
//! On 2 virtual cores (AMD EPYC), PostgreSQL 15.18, Rust 1.95, SF 1, 3 pairs, with real-time priority over other work, which
//! shared the disk: where checks keep the references full_vs_incremental 24.96 (0.74 s against 19.11 s) and recent corrections
//! 20.30 (1.00 s). With foreign keys 7.85 (2.73 s, 5 pairs), recent corrections 14.87 (1.10 s), scattered ones 4.55, with an
//! aggregate a customer 7.27; slowest view p99 107.39 ms. Of the 2.73 s all but the insert of 63,000 facts takes 0.45 s. The
//! insert took 1.0 to 6.3 s, by the disk: it writes 110 MB of log, nearly all of it pages of two indexes of trees. Where
//! nobody else wrote it took 1.2 s, of which three foreign keys take 0.66 and the trees 0.31; without them it takes 0.07 s.
//!
//! `benches/compare_dbt.sh gold` builds the same star by incremental models of dbt, as whole commands, on the same server;
//! both must have the same rows in every table. Its tables have the indexes of ours, and no foreign keys, checks and metrics.
//! Ratios are dbt's time to ours, on the same machine, dbt-core 1.11.16 and dbt-postgres 1.11.0 with two threads:
//!
//! | | SF 0.2, 5 pairs | SF 1, 3 pairs |
//! | --- | --- | --- |
//! | dbt_first_vs_ours | 1.03 (6.69 s) | 0.75 (31.96 s) |
//! | dbt_full_vs_ours | 1.96 (3.59 s) | 1.52 (16.18 s) |
//! | dbt_increment_vs_ours | 7.28 (0.38 s) | 2.53 (1.80 s) |
//! | dbt_corrections_vs_ours | 8.00 (0.33 s) | 2.80 (1.52 s) |
//! | dbt_nothing_new_vs_ours | 224.70 (10 ms) | 266.96 (11 ms) |
//!
//! With nothing new dbt takes 2.3 to 3.0 s. Of an increment at SF 1 that leaves it 1.5 s, which is less than ours take.
//!
//! `cargo bench --bench compare_gold -- retail` takes UCI Online Retail ten times over (3,926,920 sales), from
//! `METALAYER_DATA` or `../shared/data`, and the star of `examples/retail` over it. On the same machine, 3 pairs, each load
//! 1 % more on the days after the last: full_vs_incremental 1.66 (21.4 s), nothing_new_ms 1.18; p50 and p99 in ms of
//! v_executive_summary 1030 and 1115, v_customer_lifetime_value 152 and 159 (43,380 rows), v_cohort_retention 87 and 91,
//! v_top_customers 18 and 31, v_product_performance 11 and 12, v_rfm_segments 8 and 11, v_monthly_sales and
//! v_regional_analysis below 2. Of the 21.4 s, 8 count invoices and customers anew for a few regions and products that
//! are in most of the facts, 6 rank segments and fill months anew, 3 are checks of all facts that the example adds, and
//! 0.7 s the fact and what it brings.
//!
//! `cargo bench --bench compare_gold -- months` has the first star with its fact in partitions by month, 80 of them at
//! first. At SF 0.5, 3 pairs: full_vs_incremental 9.08 (1.10 s), recent corrections 10.28 (0.94 s), scattered ones 4.46; without partitions
//! 9.37 (0.89 s) and 13.59 (0.82 s). Rows are looked for between the first and the last identity that is sought: where each
//! partition was read for them, these were 6.38, 4.32 and 3.35. A partition with three indexes and two foreign keys is made in 2.5
//! to 6 ms.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../support/bed.rs"]
mod bed;
#[path = "../support/command.rs"]
mod command;
#[path = "../support/figure.rs"]
#[allow(dead_code)]
mod figure;
mod retail;
mod server;
mod star;
mod tools;
mod tpch;
mod views;

use std::env;
use std::path::Path;

use crate::figure::{figure, median, pair_of, two};
use crate::server::{Kind, Server};
use crate::star::Star;

const PAIRS: usize = 5;

fn pairs() -> usize {
    env::var("COMPARE_GOLD_PAIRS").map_or(PAIRS, |given| given.parse().expect("a whole number"))
}

fn main() {
    let args: Vec<String> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    if let [tools::ONCE, kind, url] = args[..] {
        return tools::once(kind, url);
    }
    // `cargo test --benches` has no use for figures.
    if args.contains(&"--test") {
        return;
    }
    let server = Server::start();
    figure("server", server.bed.about());
    match args[..] {
        ["retail"] => retail::run(&server),
        ["tools", venv] => {
            fill(&server);
            tools::run(&server, Path::new(venv));
        }
        ["months"] => {
            fill(&server);
            by_month(&server);
        }
        [] => {
            fill(&server);
            over_lines(&server);
        }
        _ => panic!("there is `retail`, `months` and `tools <venv>`, and no {args:?}"),
    }
}

fn fill(server: &Server) {
    let scale = env::var("COMPARE_GOLD_SF").map_or(1.0, |given| given.parse().expect("a number"));
    server.fill(scale);
    let lines = server.bed.count("SELECT count(*) FROM silver.lines");
    figure("lines", lines);
}

fn over_lines(server: &Server) {
    let bed = &server.bed;
    let star = Star::plain(bed);
    let against = |star: &Star, name: &str, kind: Kind| {
        against_full(server, star, name, || server.load(kind));
    };
    build(server, &star, "first_build_seconds");
    against(&star, "full_vs_incremental", Kind::New);
    against(&star, "full_vs_recent_corrections", Kind::Recent);
    against(&star, "full_vs_scattered", Kind::Scattered);
    nothing_new(server, &star);
    star.assert_same(bed);
    let checked = Star::checked(bed);
    build(server, &checked, "first_build_checked_seconds");
    against(&checked, "full_vs_incremental_checked", Kind::New);
    against(&checked, "full_vs_recent_corrections_checked", Kind::Recent);
    checked.assert_same(bed);
    bed.run("DROP SCHEMA checked CASCADE");
    let customers = Star::of_customers(bed);
    build(server, &customers, "first_build_with_customers_seconds");
    against(&customers, "full_vs_with_customers", Kind::New);
    customers.assert_same(bed);
    views::read(bed);
}

/// The first star with its fact in partitions.
fn by_month(server: &Server) {
    let star = Star::monthly(&server.bed);
    build(server, &star, "first_build_seconds");
    for (name, kind) in [
        ("full_vs_incremental", Kind::New),
        ("full_vs_recent_corrections", Kind::Recent),
        ("full_vs_scattered", Kind::Scattered),
    ] {
        against_full(server, &star, name, || server.load(kind));
    }
    star.assert_same(&server.bed);
}

/// The first refresh.
fn build(server: &Server, star: &Star, name: &str) {
    figure(name, two(star.rebuild(&server.bed).as_secs_f64()));
    server.settle();
}

/// Each side takes a load of its own in, on top of those before it: 1 % of the lines.
fn against_full(server: &Server, star: &Star, name: &str, load: impl Fn()) {
    let (mut incremental, mut full) = (Vec::new(), Vec::new());
    let ratios = (0..pairs()).map(|nth| {
        let ours = || {
            load();
            let took = star.refresh(&server.bed);
            incremental.push(took.as_secs_f64());
            took
        };
        let theirs = || {
            load();
            let took = star.rebuild(&server.bed);
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
        let took = star.look(&server.bed);
        times.push(took.as_secs_f64() * 1_000.0);
        silent += u32::from(before == server.bed.count(lsn));
    }
    figure("nothing_new_ms", two(median(times)));
    figure("nothing_new_without_wal", format!("{silent} of 51"));
}

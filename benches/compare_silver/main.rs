//! Bronze to silver against the hand-written SQL that does the same.
//!
//! `cargo bench --bench compare_silver` starts a server of its own. 1,000,000 records of ten columns, 5 % of them
//! corrections of others, go through eight standardisers and six rules, and are merged on their grain; so do 1 % more of
//! them afterwards, half new and half corrections of what is there. The baseline is `clean.sql` on a connection of the
//! same pool, which keeps no ledger, no reasons, no quarantine and no losers. Both sides must come to the same rows.
//! Ratios are medians of pairs that take turns in going first; above 1 we are faster.
//!
//! On 2 virtual cores (AMD EPYC), PostgreSQL 15.18, Rust 1.95, with real-time priority over other work: silver_vs_sql 2.22
//! (3.6 s), increment_vs_sql 1.10, increment_of_recent_vs_sql 1.15, nothing_new_ms 1.20. Where the time goes: of 12 ms for a
//! batch of 5,000 the server takes 8 for the COPY and 4 to send the next one; judging it takes 10, meanwhile.
//!
//! `benches/compare_dbt.sh` runs the same SELECT by dbt and SQLMesh, as whole commands, on the same server.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../support/bed.rs"]
mod bed;
#[path = "../support/command.rs"]
mod command;
#[path = "../support/figure.rs"]
mod figure;
mod order;
mod server;
mod tools;

use std::env;
use std::path::Path;

use crate::figure::{figure, median, pair_of, pairs, timed, two};
use crate::server::Server;

const ROWS: u64 = 1_000_000;
const PAIRS: usize = 5;

fn main() {
    let args: Vec<String> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    if let [tools::ONCE, url] = args[..] {
        return server::once(url);
    }
    // `cargo test --benches` has no use for figures.
    if args.contains(&"--test") {
        return;
    }
    let rows = match env::var("COMPARE_SILVER_ROWS") {
        Ok(given) => given.parse().expect("a whole number"),
        Err(_) => ROWS,
    };
    let server = Server::start();
    figure("server", server.bed.about());
    let first = server.make(&format!(
        "SELECT n, 0 FROM generate_series(1, {rows}) AS n UNION ALL SELECT n, 1 FROM generate_series(20, {rows}, 20) AS n"
    ));
    figure(
        "bronze_rows",
        server.bed.count("SELECT count(*) FROM bronze.raw_orders"),
    );
    if let ["tools", venv] = args[..] {
        return tools::run(&server, rows, first, Path::new(venv));
    }
    first_load(&server);
    let mut sides = Increments::after(&server, rows, first);
    sides.run("increment", |rows, half| {
        format!(
            "SELECT n, {{nth}} FROM generate_series(1, {rows}, {}) AS n",
            rows / half
        )
    });
    sides.run("increment_of_recent", |rows, half| {
        format!("SELECT n, {{nth}} FROM generate_series({rows} - {half} + 1, {rows}) AS n")
    });
    server.assert_same();
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

/// Loads of 1 %, half of which is new and half corrects what is there, each on top of those before it.
struct Increments<'a> {
    server: &'a Server,
    rows: u64,
    last: i64,
    nth: u64,
}

impl<'a> Increments<'a> {
    fn after(server: &'a Server, rows: u64, last: i64) -> Self {
        Increments {
            server,
            rows,
            last,
            nth: 1,
        }
    }

    /// Pairs with what `corrected` selects of so many things there are and so many it is to be.
    fn run(&mut self, name: &str, corrected: impl Fn(u64, u64) -> String) {
        let mut seconds = Vec::new();
        let ratios = (0..2 * PAIRS).map(|pair| {
            let load = self.make(&corrected);
            let ours = || {
                let took = self.server.ours();
                seconds.push(took.as_secs_f64());
                took
            };
            let by_hand = || self.server.by_hand(self.last);
            let ratio = pair_of(pair, ours, by_hand, faster);
            self.last = load;
            ratio
        });
        figure(format!("{name}_vs_sql"), two(median(ratios.collect())));
        figure(format!("{name}_seconds"), format!("{:.3}", median(seconds)));
    }

    fn make(&mut self, corrected: impl Fn(u64, u64) -> String) -> i64 {
        let half = (self.rows / 200).max(1);
        self.nth += 1;
        let corrected = corrected(self.rows, half).replace("{nth}", &self.nth.to_string());
        let (first, last) = (self.rows + 1, self.rows + half);
        self.rows = last;
        let load = self.server.make(&format!(
            "SELECT n, 0 FROM generate_series({first}, {last}) AS n UNION ALL {corrected}"
        ));
        self.server.settle();
        load
    }
}

fn nothing_new(server: &Server) {
    let times = (0..101).map(|_| timed(|| server.ours()).1.as_secs_f64() * 1_000.0);
    figure("nothing_new_ms", two(median(times.collect())));
}

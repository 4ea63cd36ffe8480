//! Our load against `psql \copy`, and the run-time path against the typed one.

use crate::figure::{figure, median, pairs, two};
use crate::file::Sample;
use crate::server::Server;

/// As `CsvFile` has it unless told otherwise.
pub const CHUNK: usize = 10_000;
const BAD_PER_MILLE: u64 = 20;

pub fn run(server: &Server, rows: u64, count: usize) {
    let dirty = Sample::write(server.path("dirty.csv"), rows, BAD_PER_MILLE);
    let clean = dirty.cleaned(server.path("clean.csv"), BAD_PER_MILLE);
    let megabytes = std::fs::metadata(&dirty.path).unwrap().len() / 1_000_000;
    figure("file_mb", megabytes);
    figure("file_rows", dirty.rows);
    figure("file_bad_rows", dirty.bad);
    let mut seconds = Vec::new();
    let mut typed = || {
        let took = server.typed(&dirty, CHUNK);
        seconds.push(took.as_secs_f64());
        took
    };
    // Good rows are as many on either side, so that the ratio of times is that of rows per second.
    let faster = |ours: f64, theirs: f64| theirs / ours;
    if server.has_psql() {
        let baseline = &clean;
        let against = |table: &'static str| move || server.psql(baseline, table);
        figure(
            "load_vs_psql_copy",
            two(pairs(count, &mut typed, against("bronze.raw"), faster)),
        );
        figure(
            "load_vs_psql_copy_without_index",
            two(pairs(count, &mut typed, against("bronze.bare"), faster)),
        );
    } else {
        figure(
            "load_vs_psql_copy",
            "NOT MEASURED: no psql beside the server or on PATH",
        );
    }
    let run_time = || server.run_time(&dirty, CHUNK);
    figure(
        "run_time_vs_typed",
        two(pairs(count, run_time, &mut typed, faster)),
    );
    let good = dirty.good() as f64;
    figure("load_rows_per_second", (good / median(seconds)).round());
}

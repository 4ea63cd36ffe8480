//! The highest resident memory of a process that loads one file: this program again, as a child.

use std::path::Path;
use std::process::{Command, Stdio};

use metalayer::prelude::*;
use ml_chaos::Memory;
use tokio::runtime::Runtime;

use crate::figure::{figure, timed, two};
use crate::file::Sample;
use crate::order::{self, Order};
use crate::server::{Server, open};

/// The argument that makes this program the child.
pub const CHILD: &str = "load-and-tell-peak";
const URL: &str = "COMPARE_LOAD_URL";
/// Rows of about 10 MB.
const ROWS: u64 = 118_000;

/// 10 MB, 100 MB, 1 GB, each divided by `by`, with 2 % of bad rows, of which 8 MiB wait in memory, and with none; and
/// a file of bad rows alone.
pub fn sizes(server: &Server, by: u64) {
    for (kind, bad) in [("", 20), ("_clean", 0)] {
        for (name, times) in [("10mb", 1), ("100mb", 10), ("1gb", 100)] {
            let sample = Sample::write(server.path("size.csv"), ROWS * times / by, bad);
            server.empty();
            figure(
                format_args!("peak_rss_mib_{name}{kind}"),
                peak(server, &sample.path, None),
            );
        }
    }
    let sample = Sample::write(server.path("size.csv"), ROWS * 10 / by, 1_000);
    server.empty();
    figure(
        "peak_rss_mib_100mb_all_bad",
        peak(server, &sample.path, None),
    );
}

/// 10 GB in 64 MiB.
pub fn capped(server: &Server, by: u64) {
    let memory = match Memory::of(64 << 20) {
        Ok(memory) => memory,
        Err(unlimited) => return figure("ten_gb_in_64_mib", unlimited),
    };
    let sample = Sample::write(server.path("size.csv"), ROWS * 1_000 / by, 20);
    let bytes = std::fs::metadata(&sample.path).unwrap().len();
    server.empty();
    let (peak, took) = timed(|| peak(server, &sample.path, Some(&memory)));
    figure("capped_file_gb", two(bytes as f64 / 1e9));
    figure("capped_cgroup_mib", 64);
    figure("capped_peak_rss_mib", peak);
    figure("capped_seconds", two(took.as_secs_f64()));
    let loaded = server.bed.count("SELECT count(*) FROM bronze.orders");
    assert_eq!(loaded as u64, sample.good());
}

fn peak(server: &Server, path: &Path, within: Option<&Memory>) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.arg(CHILD).arg(path).env(URL, &server.url);
    let mut child = child
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    if let Some(memory) = within {
        memory.take(child.id()).unwrap();
    }
    // It waits for this, so that nothing is read outside the group.
    drop(child.stdin.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the child: {}", output.status);
    let kib: u64 = String::from_utf8(output.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    kib / 1_024
}

/// What the child does.
pub fn load_and_tell_peak(path: &str) {
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
    let database = open(&std::env::var(URL).unwrap());
    let table = Table::landing(Contract::of::<Order>().unwrap());
    Runtime::new().unwrap().block_on(async {
        let mut store = Store::new(&database, &table);
        let mut feed = CsvFile::<Order>::new(path, order::rules());
        let outcome = Flow::new(Gate::off()).run(&mut feed, &mut store).await;
        assert!(matches!(outcome, Ok(Outcome::Applied(_))), "{outcome:?}");
    });
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!("{}", peak.unwrap().trim().trim_end_matches(" kB"));
}

//! Many small files, the look-up in a ledger of a million loads, and several files at once.

use std::time::Duration;

use metalayer::core::{Begun, Fingerprint, LoadKey, Store as _};
use metalayer::prelude::*;

use crate::figure::{figure, median, pairs, timed, two};
use crate::file::Sample;
use crate::order::{self, Order};
use crate::server::Server;
use crate::silver;

/// `BRONZE_POOL_SLOTS` unless told otherwise.
const SLOTS: usize = 4;
const LEDGER: &str = "INSERT INTO meta.load (dataset, source, source_sha256, rule_set, state) \
    SELECT 'bronze.orders', 'file ' || number, sha256(number::text::bytea), sha256(''), 'applied' \
    FROM generate_series(1, 1000000) AS number; ANALYZE meta.load";
const LOOKUPS: u64 = 2_000;

/// 10 rows a file, and silver's read of what they became.
pub fn many(server: &Server, files: u64) {
    let folder = server.path("small");
    std::fs::create_dir(&folder).unwrap();
    let samples: Vec<Sample> = (0..files)
        .map(|file| {
            let path = folder.join(format!("{file:05}.csv"));
            Sample::from(path, file * 10 + 1..=file * 10 + 10, 0)
        })
        .collect();
    server.empty();
    let took = all(server, &samples, SLOTS);
    figure(
        "small_files_per_second",
        (files as f64 / took.as_secs_f64()).round(),
    );
    silver::read(server, "silver_reads_small_loads_seconds");
}

/// Asks for contents that were loaded before: transaction, lock, insert that inserts nothing, look-up, rollback.
pub fn ledger(server: &Server) {
    server.bed.run(LEDGER);
    let mut store = Store::new(&server.bed.database, &server.landing);
    let mut times: Vec<f64> = Vec::new();
    for number in 0..LOOKUPS {
        let number = number * 7_919 % 1_000_000 + 1;
        let key = LoadKey {
            source: format!("file {number}"),
            sha256: Some(Fingerprint::of(number.to_string())),
            rules: Fingerprint::of(""),
        };
        let (found, took) = timed(|| server.bed.runtime.block_on(is_replayed(&mut store, key)));
        assert!(found, "load {number} is in the ledger");
        times.push(took.as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    let p99 = times[times.len() * 99 / 100];
    figure("ledger_lookup_p99_ms", two(p99));
    figure("ledger_lookup_median_ms", two(median(times)));
}

async fn is_replayed(store: &mut Store, key: LoadKey) -> bool {
    matches!(store.begin(key).await.unwrap(), Begun::Replayed(_))
}

/// Files side by side, each its own transaction, against the same one after the other. What two connections gain is
/// also the most that one file cut in two could gain, which would be two transactions.
pub fn parallel(server: &Server, rows: u64, count: usize) {
    let quarter = rows / SLOTS as u64;
    let samples: Vec<Sample> = (0..SLOTS as u64)
        .map(|file| {
            let path = server.path(&format!("part_{file}.csv"));
            Sample::from(path, file * quarter + 1..=(file + 1) * quarter, 20)
        })
        .collect();
    for slots in [2, SLOTS] {
        let run = |slots| {
            let samples = &samples;
            move || {
                server.empty();
                all(server, samples, slots)
            }
        };
        let ratio = pairs(count, run(slots), run(1), |many, one| one / many);
        figure(format_args!("files_in_{slots}_slots_vs_1"), two(ratio));
    }
}

fn all(server: &Server, samples: &[Sample], slots: usize) -> Duration {
    let rules = order::rules();
    let feed = |sample: &Sample| CsvFile::<Order>::new(&sample.path, rules.clone());
    let feeds = samples.iter().map(feed).collect();
    let stores = (0..slots).map(|_| Store::new(&server.bed.database, &server.landing));
    let flow = Flow::new(Gate::off());
    let load = load_all(&flow, stores.collect(), feeds);
    let (outcomes, took) = timed(|| server.bed.runtime.block_on(load));
    for outcome in outcomes {
        assert!(matches!(outcome, Ok(Outcome::Applied(_))), "{outcome:?}");
    }
    took
}

//! How the speed hangs on the chunk and on the bad rows.

use crate::figure::{figure, median, two};
use crate::file::Sample;
use crate::headline::CHUNK;
use crate::server::Server;

const CHUNKS: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
const BAD_PER_MILLE: [u64; 6] = [0, 1, 10, 100, 500, 1_000];
const RUNS: usize = 3;

/// Rows read per second at several chunks, by that of the default; a chunk also ends after 8 MiB of the file.
pub fn chunks(server: &Server, rows: u64) {
    let sample = Sample::write(server.path("chunks.csv"), rows, 20);
    let mut times = vec![Vec::new(); CHUNKS.len()];
    for _ in 0..RUNS {
        for (chunk, times) in CHUNKS.iter().zip(&mut times) {
            times.push(server.typed(&sample, *chunk).as_secs_f64());
        }
    }
    let times: Vec<f64> = times.into_iter().map(median).collect();
    for (chunk, time) in CHUNKS.iter().zip(&times) {
        figure(
            format_args!("chunk_{chunk}_vs_{CHUNK}"),
            two(times[1] / time),
        );
    }
}

/// Rows read per second with several shares of bad rows, by that of none.
pub fn bad_rows(server: &Server, rows: u64) {
    let samples = BAD_PER_MILLE.map(|bad| {
        let path = server.path(&format!("bad_{bad}.csv"));
        Sample::write(path, rows, bad)
    });
    let mut times = vec![Vec::new(); samples.len()];
    for _ in 0..RUNS {
        for (sample, times) in samples.iter().zip(&mut times) {
            times.push(server.typed(sample, CHUNK).as_secs_f64());
        }
    }
    let times: Vec<f64> = times.into_iter().map(median).collect();
    for (bad, time) in BAD_PER_MILLE.iter().zip(&times) {
        let percent = *bad as f64 / 10.0;
        figure(
            format_args!("bad_{percent}_percent_vs_clean"),
            two(times[0] / time),
        );
    }
    figure(
        "quarantine_kept_of_all_bad",
        server.bed.count("SELECT count(*) FROM meta.quarantine"),
    );
}

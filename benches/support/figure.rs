//! Figures, and how they come about.

use std::fmt::Display;
use std::io::Write;
use std::time::{Duration, Instant};

/// Prints a figure at once: the bench takes minutes.
pub fn figure(name: impl Display, value: impl Display) {
    println!("{name}: {value}");
    let _ = std::io::stdout().flush();
}

/// A ratio, or a time in seconds, as people read it.
pub fn two(value: f64) -> String {
    format!("{value:.2}")
}

/// The median over pairs of `of(ours, theirs)`, who take turns in going first: the second of two runs about a
/// tenth faster.
pub fn pairs(
    pairs: usize,
    mut ours: impl FnMut() -> Duration,
    mut theirs: impl FnMut() -> Duration,
    of: impl Fn(f64, f64) -> f64,
) -> f64 {
    let pair = |nth| pair_of(nth, &mut ours, &mut theirs, &of);
    median((0..pairs).map(pair).collect())
}

/// `of(ours, theirs)` of one pair, the `nth`.
pub fn pair_of(
    nth: usize,
    ours: impl FnOnce() -> Duration,
    theirs: impl FnOnce() -> Duration,
    of: impl FnOnce(f64, f64) -> f64,
) -> f64 {
    let (ours, theirs) = if nth.is_multiple_of(2) {
        let ours = ours();
        (ours, theirs())
    } else {
        let theirs = theirs();
        (ours(), theirs)
    };
    of(ours.as_secs_f64(), theirs.as_secs_f64())
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let result = run();
    (result, begun.elapsed())
}

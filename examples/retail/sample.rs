//! A made-up March of sales, messy on purpose, the same bytes for the same number of rows.
//!
//! Every record has at most one defect, and [`Planted`] says what a pipeline is to make of it.

// Spelled out, since a file included by `#[path]` finds its modules elsewhere than `mod` would.
#[path = "sample/defect.rs"]
mod defect;
#[path = "sample/dice.rs"]
mod dice;
#[path = "sample/fate.rs"]
mod fate;
#[path = "sample/month.rs"]
mod month;
#[path = "sample/planted.rs"]
mod planted;
#[path = "sample/sale.rs"]
mod sale;
#[cfg(test)]
#[path = "sample/tests.rs"]
mod tests;

use std::path::Path;
use std::{fs, io};

use month::Month;
pub use planted::Planted;

const DAYS: u64 = 30;

/// Writes the 30 files `2024-03-01.csv` to `2024-03-30.csv`, `rows` records in all.
pub fn write(folder: &Path, rows: u64) -> io::Result<Planted> {
    let mut month = Month::default();
    for day in 0..DAYS {
        let records = rows * (day + 1) / DAYS - rows * day / DAYS;
        let path = folder.join(format!("2024-03-{:02}.csv", day + 1));
        fs::write(path, month.file(day, records))?;
    }
    Ok(month.planted())
}

//! The files of the bench: 85 bytes a row, the bad ones spread evenly.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::order::REGIONS;

const HEADER: &str = "order_id,customer_id,email,region,product,quantity,amount,ordered_at\n";

/// A file, and how many of its rows are good.
#[derive(Debug, Clone)]
pub struct Sample {
    pub path: PathBuf,
    pub rows: u64,
    pub bad: u64,
}

impl Sample {
    /// Writes `rows` rows, of which so many in a thousand are bad.
    pub fn write(path: impl Into<PathBuf>, rows: u64, bad_per_mille: u64) -> Self {
        Sample::from(path, 1..=rows, bad_per_mille)
    }

    /// The same with these numbers of orders.
    pub fn from(
        path: impl Into<PathBuf>,
        orders: std::ops::RangeInclusive<u64>,
        bad_per_mille: u64,
    ) -> Self {
        let (path, mut bad, mut rows) = (path.into(), 0, 0);
        let mut out = create(&path);
        for order in orders {
            match is_bad(order, bad_per_mille) {
                true => bad_row(&mut out, order),
                false => good_row(&mut out, order),
            }
            bad += u64::from(is_bad(order, bad_per_mille));
            rows += 1;
        }
        out.flush().unwrap();
        Sample { path, rows, bad }
    }

    /// The same file without its bad rows, which psql would refuse.
    pub fn cleaned(&self, path: impl Into<PathBuf>, bad_per_mille: u64) -> Self {
        let path = path.into();
        let mut out = create(&path);
        (1..=self.rows)
            .filter(|order| !is_bad(*order, bad_per_mille))
            .for_each(|order| good_row(&mut out, order));
        out.flush().unwrap();
        Sample {
            path,
            rows: self.good(),
            bad: 0,
        }
    }

    pub fn good(&self) -> u64 {
        self.rows - self.bad
    }
}

fn create(path: &Path) -> BufWriter<File> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    out.write_all(HEADER.as_bytes()).unwrap();
    out
}

fn is_bad(order: u64, per_mille: u64) -> bool {
    order * per_mille / 1_000 != (order - 1) * per_mille / 1_000
}

fn good_row(out: &mut impl Write, order: u64) {
    let product = match order % 10 {
        0 => "\"Lantern, \"\"large\"\"\"",
        5 => "\"Cake tins, set of 3\"",
        _ => "White lantern",
    };
    row(
        out,
        order,
        REGIONS[order as usize % 3],
        product,
        &(order % 12 + 1).to_string(),
        "",
    );
}

/// Each kind of fault in turn: of a rule, of a type, of the file.
fn bad_row(out: &mut impl Write, order: u64) {
    let (good, some) = (REGIONS[0], "Lantern");
    match order / 7 % 6 {
        0 => row(out, order, "Atlantis", some, "1", ""),
        1 => row(out, order, good, " ", "1", ""),
        2 => row(out, order, good, some, "-4", ""),
        3 => row(out, order, good, some, "four", ""),
        4 => row(out, order, good, some, "1", ",one too many"),
        _ => row(out, order, good, "A \"stray\" quote", "1", ""),
    }
}

fn row(
    out: &mut impl Write,
    order: u64,
    region: &str,
    product: &str,
    quantity: &str,
    behind: &str,
) {
    let customer = order * 7_919 % 50_000 + 1;
    writeln!(
        out,
        "{order},{customer},u{customer}@example.com,{region},{product},{quantity},{}.{:02},2024-03-{:02} {:02}:15:00{behind}",
        order % 500 + 1,
        order * 31 % 99,
        order % 28 + 1,
        order % 24,
    )
    .unwrap();
}

use std::collections::{BTreeMap, HashSet};

/// How well the rows of a sample fit together.
pub(crate) struct Score {
    /// From 0 to 1, more is better.
    pub(crate) fit: f64,
    pub(crate) rows: Vec<Vec<String>>,
    /// The number of rows that have the most frequent width.
    regular: usize,
    width: usize,
}

impl Score {
    pub(crate) fn of(rows: &[Vec<String>]) -> Self {
        // in order: floats added in another order are another sum
        let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
        for row in rows {
            *widths.entry(row.len()).or_default() += 1;
        }
        let most = widths
            .iter()
            .max_by_key(|(width, count)| (**count, **width));
        let (width, regular) = most.map_or((0, 0), |(width, count)| (*width, *count));
        Score {
            fit: pattern(&widths, rows.len()) * typed(rows),
            rows: rows.to_vec(),
            regular,
            width,
        }
    }

    /// The share of rows of the usual width, less where there are few; none where nothing is delimited.
    pub(crate) fn regularity(&self) -> f64 {
        if self.width < 2 {
            return 0.0;
        }
        let rows = self.rows.len() as f64;
        self.regular as f64 / rows * (rows / (rows + 1.0))
    }

    /// Whether the first row can be names: each its own, and none a number or a date.
    pub(crate) fn is_headed(&self) -> bool {
        let Some(first) = self.rows.first() else {
            return true;
        };
        let distinct: HashSet<_> = first.iter().collect();
        distinct.len() == first.len()
            && first
                .iter()
                .all(|cell| !cell.is_empty() && !cell.starts_with(|c: char| c.is_numeric()))
    }
}

/// The paper's pattern score, of rows by width, divided by their number.
fn pattern(widths: &BTreeMap<usize, usize>, rows: usize) -> f64 {
    let of = |(width, count): (&usize, &usize)| {
        let width = *width as f64;
        *count as f64 * (width - 1.0).max(1e-3) / width.max(1.0)
    };
    let sum: f64 = widths.iter().map(of).sum();
    sum / (widths.len().max(1) * rows.max(1)) as f64
}

/// The paper's type score: the share of cells that are a value as a whole.
fn typed(rows: &[Vec<String>]) -> f64 {
    let cells = || rows.iter().flatten();
    let typed = cells().filter(|cell| is_value(cell)).count();
    typed as f64 / cells().count().max(1) as f64
}

/// Nothing, a number, a date or time, words, an address.
fn is_value(cell: &str) -> bool {
    let all = |allowed: &str| {
        cell.chars()
            .all(|c| c.is_alphanumeric() || allowed.contains(c))
    };
    let is_number = cell.starts_with(|c: char| c.is_ascii_digit() || "+-".contains(c))
        && cell
            .chars()
            .all(|c| c.is_ascii_digit() || "+-.,%eE/: TZ".contains(c));
    is_number || all(" _-.()&'/!?") || (all(" .-,'") && cell.contains(", ")) || is_address(cell)
}

fn is_address(cell: &str) -> bool {
    let blank = |c: char| c.is_whitespace() || "\"';,|".contains(c);
    (cell.contains('@') || cell.contains("://")) && !cell.contains(blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found by fuzzing: sums of floats in the order of a hash map.
    #[test]
    fn the_same_rows_have_the_same_score() {
        let row = |width: usize| vec![String::from("7"); width % 11 + 1];
        let rows: Vec<_> = (0..100).map(|number| row(number * number)).collect();
        let fit = Score::of(&rows).fit.to_bits();
        assert!((0..100).all(|_| Score::of(&rows).fit.to_bits() == fit));
    }
}
